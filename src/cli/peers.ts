/** `pipes peers` and `pipes paths`: whom the relay that runs here knows, and how it reaches them. */
import type { Command } from 'commander';
import { UsageError } from '../core/errors.ts';
import { hasRelay } from '../core/recipient.ts';
import type { RemotePeer } from '../runtime/api.ts';
import { EXIT } from './exit.ts';
import { createOutput, printable, table } from './output.ts';
import { ownRelay } from './owner.ts';
import { keyOf } from './recipients.ts';
import { dataDirOption } from './settings.ts';

interface Flags {
  dataDir: string;
  json?: boolean;
}

interface Answer {
  readonly key: string;
  readonly addresses: readonly string[];
  readonly peers: readonly RemotePeer[];
}

export function addPeers(program: Command, finish: (code: number) => void): void {
  const peers = program.command('peers').description('List the peers that the relay here knows, or forget one.');
  const list = peers.command('list', { isDefault: true }).description('List them.');
  list
    .addOption(dataDirOption())
    .option('--json', 'print JSON')
    .action(async (flags: Flags) => finish(await show(flags)));
  peers
    .command('forget <key>')
    .description('End the connection with a peer, and make no other.')
    .addOption(dataDirOption())
    .action(async (key: string, flags: Flags) => finish(await forget(key, flags)));
}

export function addPaths(program: Command, finish: (code: number) => void): void {
  program
    .command('paths [peer]')
    .description(
      'Show every path to each peer, with round trip, loss and bytes; or those to one, by the start of its key or name@relay.',
    )
    .addOption(dataDirOption())
    .option('--json', 'print JSON')
    .action(async (peer: string | undefined, flags: Flags) => finish(await paths(peer, flags)));
}

async function show(flags: Flags): Promise<number> {
  const answer = await ask(flags);
  const rows = answer.peers.map(({ key, name, isConnected, isSettled, paths, problem }) => [
    key.slice(0, 16),
    printable(name),
    isConnected ? (isSettled ? 'in sync' : 'exchanging') : 'away',
    isConnected ? paths.map(({ passage }) => passage).join(', ') : printable(problem ?? ''),
  ]);
  const none = 'No peers yet. pipes ticket shows how another machine joins this one.';
  createOutput(flags.json === true).data(answer, rows.length === 0 ? none : table(rows));
  return EXIT.ok;
}

async function paths(wanted: string | undefined, flags: Flags): Promise<number> {
  const { peers } = await ask(flags);
  const identity = wanted !== undefined && hasRelay(wanted) ? await keyOf(wanted, flags.dataDir) : undefined;
  const fits = (peer: RemotePeer): boolean =>
    identity === undefined ? peer.key.startsWith(wanted ?? '') : peer.identity === identity;
  const chosen = peers.filter(fits);
  if (wanted !== undefined && chosen.length === 0) {
    const which = identity === undefined ? `'s key begins with "${wanted}"` : ` belongs to ${wanted} (${identity})`;
    throw new UsageError(`Cannot show paths: no known peer${which}`);
  }
  const rows = chosen.flatMap(({ key, name, paths }) =>
    paths.map(({ address, passage, state, roundTripMs, loss, sentBytes, receivedBytes }) => [
      ...[
        key.slice(0, 16),
        printable(name),
        passage,
        state,
        roundTripMs === undefined ? '' : `${Math.round(roundTripMs)} ms`,
      ],
      ...[`${Math.round(loss * 100)} % lost`, `${sentBytes} B out`, `${receivedBytes} B in`, printable(address)],
    ]),
  );
  const data = chosen.map(({ key, name, identity, paths }) => ({ key, name, identity, paths }));
  createOutput(flags.json === true).data(data, rows.length === 0 ? 'No path stands.' : table(rows));
  return EXIT.ok;
}

async function forget(start: string, flags: Flags): Promise<number> {
  const { peers } = await ask(flags);
  const found = peers.filter(({ key }) => key.startsWith(start));
  const [peer] = found;
  if (peer === undefined || found.length > 1) {
    throw new UsageError(
      `Cannot forget "${start}": expected the start of one known peer's key, it fits ${found.length}`,
    );
  }
  const relay = await ownRelay(flags.dataDir);
  await relay.ask('DELETE', `/owner/peers/${peer.key}`);
  createOutput(false).note(`Forgotten: ${printable(peer.name)} ${peer.key.slice(0, 16)}`);
  return EXIT.ok;
}

const ask = async ({ dataDir }: Flags): Promise<Answer> => (await ownRelay(dataDir)).ask<Answer>('GET', '/owner/peers');

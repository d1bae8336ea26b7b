/**
 * `pipes sync --once`: catches up with all known peers, and with the relay that runs on the same data, and ends. What
 * this installation's own peer keeps (its log, its messages) gets to others that way.
 */
import type { Command } from 'commander';
import { UsageError } from '../core/errors.ts';
import type { Peer, RemotePeer } from '../runtime/api.ts';
import { EXIT } from './exit.ts';
import { secondsToMs } from './numbers.ts';
import { createOutput, type Output, plural } from './output.ts';
import { findOwnRelay } from './owner.ts';
import { passphraseOf, passphraseOption } from './passphrase.ts';
import { dataDirOption } from './settings.ts';

export interface SyncFlags {
  dataDir: string;
  passphraseFile?: string;
  timeout: string;
  once?: boolean;
  json?: boolean;
}

export function addSync(program: Command, finish: (code: number) => void): void {
  program
    .command('sync')
    .description('Catch up with all peers that are known, then end (--once); without it, stay and go on until stopped.')
    .option('--once', 'end as soon as nothing is left to exchange')
    .addOption(dataDirOption())
    .addOption(passphraseOption())
    .option('--timeout <seconds>', 'how long to try, with --once', '60')
    .option('--json', 'print JSON')
    .action(async (flags: SyncFlags) => finish(await sync(flags)));
}

async function sync(flags: SyncFlags): Promise<number> {
  const output = createOutput(flags.json === true);
  if (flags.once === true) return syncOnce(flags, output);
  const { stopSignal } = await import('./stop.ts');
  const stop = stopSignal();
  return withNetwork(flags, async (peer) => {
    await meet(peer, flags, undefined);
    output.note('In sync with whoever can be reached. Stop with Ctrl+C.');
    await stop.stopped;
    return EXIT.ok;
  }).finally(stop.dispose);
}

/** Exit code `failed` where a peer could not be reached: what it has is still missing. */
export function syncOnce(flags: SyncFlags, output: Output, ticket?: string): Promise<number> {
  return withNetwork(flags, async (peer) => {
    const timeoutMs = secondsToMs('--timeout', flags.timeout);
    await meet(peer, flags, ticket);
    const late = AbortSignal.timeout(timeoutMs);
    await reached(peer, late);
    if (peer.peers().some(({ isConnected }) => isConnected)) await peer.network.settled({ signal: late });
    return report(peer.peers(), output);
  });
}

async function withNetwork(flags: SyncFlags, work: (peer: Peer) => Promise<number>): Promise<number> {
  const { open } = await import('../open/node.ts');
  const peer = await open({ dataDir: flags.dataDir, network: { port: 'off' }, ...(await passphraseOf(flags)) });
  try {
    return await work(peer);
  } finally {
    await peer.close();
  }
}

/** The ticket's peer, and the relay on the same data. */
async function meet(peer: Peer, { dataDir, timeout }: SyncFlags, ticket: string | undefined): Promise<void> {
  if (ticket !== undefined) await peer.connect(ticket, { timeoutMs: secondsToMs('--timeout', timeout) });
  const relay = await findOwnRelay(dataDir);
  const own = await relay?.ask<{ ticket: string }>('GET', '/ticket').catch(() => undefined);
  if (own !== undefined) await peer.connect(own.ticket).catch(() => undefined);
  if (peer.peers().length > 0) return;
  throw new UsageError('Cannot sync: no peer is known. Join one with "pipes connect TICKET".');
}

/** Resolves once each known peer is connected or has said why not, or when the signal fires. */
function reached(peer: Peer, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      const isOver = peer.peers().every(({ isConnected, problem }) => isConnected || problem !== undefined);
      if (!isOver && !signal.aborted) return;
      stop();
      clearInterval(timer);
      resolve();
    };
    const stop = peer.network.on('peers', look);
    const timer = setInterval(look, 100);
    look();
  });
}

function report(peers: readonly RemotePeer[], output: Output): number {
  const met = peers.filter(({ isSettled }) => isSettled);
  const missed = peers.filter(({ isSettled }) => !isSettled);
  output.data(
    { synced: met.map(({ key }) => key), missed: missed.map(({ key, problem }) => ({ key, problem })) },
    `Caught up with ${plural(met.length, 'peer')}.`,
  );
  for (const { name, key, problem } of missed) {
    output.note(`Not reached: ${name || key.slice(0, 16)}: ${problem ?? 'it did not finish in time'}`);
  }
  return missed.length === 0 ? EXIT.ok : EXIT.failed;
}

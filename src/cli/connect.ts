/**
 * `pipes connect`: joins another machine by its ticket: the relay that runs on this data does, or else this installation's
 * own peer, which then catches up once.
 */
import type { Command } from 'commander';
import { RemoteError } from '../core/errors.ts';
import { EXIT } from './exit.ts';
import { createOutput, type Output } from './output.ts';
import { findOwnRelay, type OwnRelay } from './owner.ts';
import { passphraseOption } from './passphrase.ts';
import { dataDirOption } from './settings.ts';
import { syncOnce } from './sync.ts';

interface ConnectFlags {
  dataDir: string;
  passphraseFile?: string;
  timeout: string;
  json?: boolean;
}

export function addConnect(program: Command, finish: (code: number) => void): void {
  program
    .command('connect <ticket>')
    .description('Join another machine. From then on the two share channels, logs and files whenever they can meet.')
    .addOption(dataDirOption())
    .addOption(passphraseOption())
    .option('--timeout <seconds>', 'how long to wait for the first exchange', '60')
    .option('--json', 'print JSON')
    .action(async (ticket: string, flags: ConnectFlags) => finish(await connect(ticket, flags)));
}

async function connect(ticket: string, flags: ConnectFlags): Promise<number> {
  const relay = await findOwnRelay(flags.dataDir);
  const output = createOutput(flags.json === true);
  return relay === undefined ? syncOnce(flags, output, ticket) : byRelay(relay, ticket, output);
}

async function byRelay(relay: OwnRelay, ticket: string, output: Output): Promise<number> {
  const answer = await relay.ask<{ connected: boolean; detail?: string }>('POST', '/connect', { ticket });
  if (answer.connected) {
    output.data(answer, 'Connected. What both hold is being exchanged; pipes peers shows how far it is.');
    return EXIT.ok;
  }
  const later = 'The relay that runs here goes on trying.';
  if (!output.json) throw new RemoteError(`${answer.detail ?? 'Nobody answered.'} ${later}`);
  output.data(answer, later);
  return EXIT.failed;
}

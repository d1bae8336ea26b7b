/** What the commands on logs share: their options, and this installation's peer without a relay. */
import type { Command } from 'commander';
import { StorageError } from '../core/errors.ts';
import type { NodeOpenOptions } from '../open/node.ts';
import type { LogEntry, Peer } from '../runtime/api.ts';
import type { House } from '../runtime/house.ts';
import { createOutput, type Output } from './output.ts';
import { passphraseOf, passphraseOption } from './passphrase.ts';
import { dataDirOption } from './settings.ts';

export interface LogFlags {
  dataDir: string;
  passphraseFile?: string;
  json?: boolean;
}

/** How long a command waits for another one that uses the same data directory. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 100;

export function addLogOptions(command: Command): Command {
  return command.addOption(dataDirOption()).addOption(passphraseOption()).option('--json', 'print JSON');
}

/** Makes an identity where there is none. Needs no network. */
export async function withLogs<T>(
  flags: LogFlags,
  work: (peer: Peer, output: Output) => Promise<T>,
  more: Pick<NodeOpenOptions, 'logDialect' | 'exchanges'> = {},
): Promise<T> {
  const peer = await openPatiently({ dataDir: flags.dataDir, ...(await passphraseOf(flags)), ...more });
  try {
    return await work(peer, createOutput(flags.json === true));
  } finally {
    await peer.close();
  }
}

/** Another command is mostly done in a moment. */
async function openPatiently(options: NodeOpenOptions): Promise<Peer> {
  const { open } = await import('../open/node.ts');
  for (const start = Date.now(); ; ) {
    try {
      return await open(options);
    } catch (error) {
      const isInUse = error instanceof StorageError && error.message.includes('already in use');
      if (!isInUse || Date.now() - start > PATIENCE_MS) throw error;
      await new Promise((settle) => setTimeout(settle, PAUSE_MS));
    }
  }
}

/** With the messages that this installation's relay keeps, running or not. */
export async function withCarried<T>(flags: LogFlags, work: (peer: Peer, output: Output) => Promise<T>): Promise<T> {
  const { openOwnExchange } = await import('../relay/owner-exchange.ts');
  const dbPath = process.env.DB_PATH;
  const { decideOnNames } = await import('../agent/agent.ts');
  const prepare = async (house: House) => void (await decideOnNames(house, flags.dataDir));
  const own = await openOwnExchange({ dataDir: flags.dataDir, prepare, ...(dbPath !== undefined && { dbPath }) });
  try {
    return await withLogs(flags, work, own && { exchanges: [own.exchange] });
  } finally {
    await own?.close();
  }
}

/** An entry as --json prints it. */
export const entryJson = ({ received, arrival: _, body, ...entry }: LogEntry) => ({
  ...entry,
  body: Object.fromEntries(body),
  received: received.toISOString(),
});

/** What all of `pipes agent` share: which server, under which name, with whose key. */
import { type Command, Option } from 'commander';
import type { KeepClient } from '../agent/client.ts';
import { UsageError } from '../core/errors.ts';
import { secondsToMs } from './numbers.ts';
import { createOutput, type Output } from './output.ts';
import { passphraseOf, passphraseOption } from './passphrase.ts';
import { dataDirOption } from './settings.ts';

export interface AgentFlags {
  host: string;
  port: string;
  as: string;
  dataDir: string;
  passphraseFile?: string;
  timeout: string;
  json?: boolean;
}

export interface AgentSettings {
  readonly host: string;
  readonly port: number;
  readonly src: string;
  readonly dataDir: string;
  readonly passphrase?: string;
  readonly timeoutMs: number;
}

export function addAgentOptions(command: Command): Command {
  return command
    .addOption(new Option('--host <name>', 'where the keep server runs').env('KEEP_HOST').default('localhost'))
    .addOption(new Option('--port <number>', 'its port').env('KEEP_PORT').default('9009'))
    .addOption(new Option('--as <name>', 'the name to speak as').env('KEEP_SRC').default('bot:pipes'))
    .addOption(dataDirOption())
    .addOption(passphraseOption())
    .option('--timeout <seconds>', 'how long to wait for the server', '10')
    .option('--json', 'print JSON, one value per line');
}

export async function agentSettings(flags: AgentFlags): Promise<AgentSettings> {
  const port = /^\d{1,5}$/.test(flags.port) ? Number(flags.port) : 0;
  if (port === 0 || port > 65_535) {
    throw new UsageError(`Cannot use KEEP_PORT: expected a port from 1 to 65535, got "${flags.port}".`);
  }
  if (flags.as === '') throw new UsageError('Cannot use --as: expected a name such as bot:weather, got none.');
  const { host, as: src, dataDir } = flags;
  return {
    host,
    port,
    src,
    dataDir,
    timeoutMs: secondsToMs('--timeout', flags.timeout),
    ...(await passphraseOf(flags)),
  };
}

/** The client of one command; closed whatever happens. */
export async function withAgent<T>(
  flags: AgentFlags,
  work: (client: KeepClient, output: Output) => Promise<T>,
): Promise<T> {
  const settings = await agentSettings(flags);
  const { KeepClient } = await import('../agent/client.ts');
  await using client = new KeepClient(settings);
  return await work(client, createOutput(flags.json === true));
}

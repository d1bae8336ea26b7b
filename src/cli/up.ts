/**
 * `pipes up`: runs the relay with its page until it is told to stop. Promises to say where it answers, where data
 * is kept and how to stop; only what is true: a port where nothing listens yet is not named.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../core/errors.ts';
import { EXIT, portProblem } from './exit.ts';
import { giveBackAtRest } from './lean.ts';
import { createOutput } from './output.ts';
import { addRelayOptions, type RelayFlags, type RelaySettings, relaySettings } from './settings.ts';
import { stopSignal, within } from './stop.ts';

/** How long a graceful stop may take. */
const STOP_MS = 10_000;

export function addUp(program: Command, finish: (code: number) => void): void {
  addRelayOptions(program.command('up'))
    .description('Run the relay and the chat page. Every option can stand in the environment instead.')
    .option(
      '--log-level <level>',
      'of the log on stderr: silent, error, warn, info, debug (default: warn on a terminal, else info)',
    )
    .option('--json', 'print where it listens as JSON')
    .action(async (flags: RelayFlags & { logLevel?: string; json?: boolean }) => finish(await up(flags)));
}

async function up(flags: RelayFlags & { logLevel?: string; json?: boolean }): Promise<number> {
  const settings = relaySettings(flags);
  const output = createOutput(flags.json === true);
  const stop = stopSignal();
  try {
    const relay = await start(settings, flags.logLevel);
    const stopLooking = giveBackAtRest();
    const facts = { url: relay.url, port: relay.port, dataDir: settings.dataDir, page: pageDirectory() !== undefined };
    output.data(facts, welcome(facts));
    await stop.stopped;
    stopLooking();
    output.note('Stopping …');
    if (await within(STOP_MS, relay.close())) return EXIT.ok;
    console.error(
      `Cannot stop cleanly: the relay still had work after ${STOP_MS / 1000} s. What it acknowledged is on disk.`,
    );
    process.exit(EXIT.failed);
  } finally {
    stop.dispose();
  }
}

async function start(settings: RelaySettings, logLevel: string | undefined) {
  const [{ startRelay }, { createLogger }] = await Promise.all([import('../relay/relay.ts'), import('./log.ts')]);
  const pageDir = pageDirectory();
  try {
    return await startRelay({
      ...settings,
      logger: createLogger(logLevel),
      ...(pageDir === undefined ? {} : { pageDir }),
    });
  } catch (error) {
    const problem = portProblem(error);
    if (problem === undefined) throw error;
    const cure = problem === 'in use' ? 'Stop what listens there or choose' : 'Choose';
    const message = `Cannot listen on port ${settings.port}: it is ${problem}. ${cure} another port, such as PORT=${otherPort(settings.port)}.`;
    throw new UsageError(message, { cause: error });
  }
}

function otherPort(port: number): number {
  return port < 1024 || port > 65000 ? 4100 : port + 100;
}

/** The built page: beside this file in dist/, and in dist/ when this runs from source. */
export function pageDirectory(): string | undefined {
  const fromSource = import.meta.filename.endsWith('.ts');
  const directory = join(import.meta.dirname, fromSource ? '../../dist/ui' : '../ui');
  return existsSync(join(directory, 'index.html')) ? directory : undefined;
}

function welcome(facts: { port: number; dataDir: string; page: boolean }): string {
  const link = `http://localhost:${facts.port}/`;
  const page = facts.page
    ? [`  Chat       ${link}`, `  Try alone  ${link}?person=new   opens a tab as another person, to try it alone`]
    : [`  Relay      ${link}   (its page is not built: npm run build)`];
  return ['', 'Pipes is running.', '', ...page, '', `Data is kept in ${facts.dataDir}`, 'Stop with Ctrl+C.', ''].join(
    '\n',
  );
}

/**
 * `pipes up`: runs the relay with its page, and the server for agents, until it is told to stop. Promises to say where it answers, where data
 * is kept and how to stop; only what is true: a port where nothing listens yet is not named.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../core/errors.ts';
import type { Log } from '../relay/logs.ts';
import type { Relay } from '../relay/relay.ts';
import type { House } from '../runtime/house.ts';
import { EXIT, portProblem } from './exit.ts';
import { giveBackAtRest } from './lean.ts';
import { createOutput } from './output.ts';
import { addRelayOptions, type RelayFlags, type RelaySettings, relaySettings } from './settings.ts';
import { stopSignal, within } from './stop.ts';

/** How long a graceful stop may take. */
const STOP_MS = 10_000;

export function addUp(program: Command, finish: (code: number) => void): void {
  addRelayOptions(program.command('up'))
    .description(
      'Run the relay, the chat page and the server for agents. Every option can stand in the environment instead.',
    )
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
    const logger = (await import('./log.ts')).createLogger(flags.logLevel);
    const relay = await start(settings, logger);
    const agents = await startAgents(settings, relay.house, logger);
    const peers = await startPeers(settings, relay);
    const stopLooking = giveBackAtRest();
    const { url, port } = relay;
    const page = pageDirectory() !== undefined;
    const facts = {
      url,
      port,
      ...(agents && { keepPort: agents.port }),
      ...(peers && { p2pPort: peers.port }),
      dataDir: settings.dataDir,
      page,
    };
    output.data(facts, welcome(facts));
    await stop.stopped;
    stopLooking();
    output.note('Stopping …');
    if (await within(STOP_MS, Promise.resolve(agents?.close()).then(relay.close).then(peers?.close))) return EXIT.ok;
    console.error(
      `Cannot stop cleanly: the relay still had work after ${STOP_MS / 1000} s. What it acknowledged is on disk.`,
    );
    process.exit(EXIT.failed);
  } finally {
    stop.dispose();
  }
}

async function start({ keepPort: _, p2pPort: __, ...settings }: RelaySettings, logger: Log) {
  const { startRelay } = await import('../relay/relay.ts');
  const pageDir = pageDirectory();
  try {
    return await startRelay({ ...settings, logger, ...(pageDir === undefined ? {} : { pageDir }) });
  } catch (error) {
    const problem = portProblem(error);
    if (problem === undefined) throw error;
    const cure = problem === 'in use' ? 'Stop what listens there or choose' : 'Choose';
    const message = `Cannot listen on port ${settings.port}: it is ${problem}. ${cure} another port, such as PORT=${otherPort(settings.port)}.`;
    throw new UsageError(message, { cause: error });
  }
}

/** An occupied port is said, and done without: the chat works all the same. */
async function startAgents({ keepPort, dataDir, host, rateLimits }: RelaySettings, house: House, logger: Log) {
  if (keepPort === 'off') return undefined;
  const { startAgent } = await import('../agent/agent.ts');
  try {
    return await startAgent({
      house,
      dataDir,
      port: keepPort,
      rateLimits,
      logger,
      ...(host !== undefined && { host }),
    });
  } catch (error) {
    const problem = portProblem(error);
    if (problem === undefined) throw error;
    console.error(
      `Agents are done without: port ${keepPort} is ${problem}. Choose another port, such as KEEP_PORT=${otherPort(keepPort)}.`,
    );
    return undefined;
  }
}

/** As with agents: an occupied port is said, and done without. */
async function startPeers({ p2pPort, dataDir, host }: RelaySettings, relay: Relay) {
  if (p2pPort === 'off') return undefined;
  const { loadOrCreateRelayKey } = await import('../platform/node/log-key.ts');
  const { openNodeNetwork } = await import('../platform/node/network.ts');
  const { signer, seed } = await loadOrCreateRelayKey(dataDir);
  try {
    const network = await openNodeNetwork({ seed, port: p2pPort, ...(host !== undefined && { host }) });
    const { found } = await relay.join({ signer, transports: network.transports });
    await network.discover(found);
    return network;
  } catch (error) {
    const problem = portProblem(error);
    if (problem === undefined) throw error;
    console.error(
      `Other peers are done without: port ${p2pPort} is ${problem}. Choose another port, such as P2P_PORT=${otherPort(p2pPort)}.`,
    );
    return undefined;
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

function welcome(facts: {
  port: number;
  keepPort?: number;
  p2pPort?: number | undefined;
  dataDir: string;
  page: boolean;
}): string {
  const link = `http://localhost:${facts.port}/`;
  const lines = facts.page
    ? [`  Chat       ${link}`, `  Try alone  ${link}?person=new   opens a tab as another person, to try it alone`]
    : [`  Relay      ${link}   (its page is not built: npm run build)`];
  if (facts.keepPort !== undefined) lines.push(`  Agents     localhost:${facts.keepPort}`);
  if (facts.p2pPort !== undefined)
    lines.push(`  Peers      port ${facts.p2pPort}   pipes ticket shows how another one joins`);
  return ['', 'Pipes is running.', '', ...lines, '', `Data is kept in ${facts.dataDir}`, 'Stop with Ctrl+C.', ''].join(
    '\n',
  );
}

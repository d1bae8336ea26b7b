/**
 * `pipes up`: runs the relay with its page, and the server for agents, until it is told to stop. Promises to say where it answers, where data
 * is kept and how to stop; only what is true: a port where nothing listens yet is not named.
 */
import type { Command } from 'commander';
import { UsageError } from '../core/errors.ts';
import { EXIT } from './exit.ts';
import { giveBackAtRest } from './lean.ts';
import { createOutput } from './output.ts';
import { addRelayOptions, type RelayFlags, relaySettings } from './settings.ts';
import { pageDirectory, startAgents, startHttp, startPeers } from './starting.ts';
import { endSoon, stopSignal, within } from './stop.ts';

/** How long a graceful stop may take. */
const STOP_MS = 10_000;

interface Flags extends RelayFlags {
  logLevel?: string;
  json?: boolean;
  stun?: string;
}

export function addUp(program: Command, finish: (code: number) => void): void {
  addRelayOptions(program.command('up'))
    .description(
      'Run the relay, the chat page and the server for agents. Every option can stand in the environment instead.',
    )
    .option(
      '--log-level <level>',
      'of the log on stderr: silent, error, warn, info, debug (default: warn on a terminal, else info)',
    )
    .option(
      '--stun <servers>',
      "find straight ways to peers behind NATs by WebRTC, asking these: host:port of a relay's STUN, comma-separated " +
        '(a native library: see decisions/0020)',
    )
    .option('--json', 'print where it listens as JSON')
    .action(async (flags: Flags) => finish(await up(flags)));
}

async function up(flags: Flags): Promise<number> {
  const settings = relaySettings(flags);
  const stun = stunServers(flags.stun);
  const output = createOutput(flags.json === true);
  const stop = stopSignal();
  const started: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closeOne of started) await closeOne();
  };
  try {
    const logger = (await import('./log.ts')).createLogger(flags.logLevel);
    const pageDir = pageDirectory();
    const relay = await startHttp(settings, logger, pageDir);
    started.push(relay.close);
    const agents = await startAgents(settings, relay.house, logger);
    if (agents) started.unshift(agents.close);
    const peers = await startPeers(settings, relay, stun && { stun });
    if (peers) started.push(peers.close);
    const stopLooking = giveBackAtRest();
    const { url, port } = relay;
    const facts = {
      url,
      port,
      ...(agents && { keepPort: agents.port }),
      ...(peers && { p2pPort: peers.port }),
      dataDir: settings.dataDir,
      page: pageDir !== undefined,
    };
    output.data(facts, welcome(facts));
    await stop.stopped;
    stopLooking();
    output.note('Stopping …');
  } catch (error) {
    await within(STOP_MS, close()).catch(() => undefined);
    endSoon();
    throw error;
  } finally {
    stop.dispose();
  }
  if (await within(STOP_MS, close())) {
    endSoon();
    return EXIT.ok;
  }
  console.error(
    `Cannot stop cleanly: the relay still had work after ${STOP_MS / 1000} s. What it acknowledged is on disk.`,
  );
  process.exit(EXIT.failed);
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

function stunServers(given: string | undefined): string[] | undefined {
  return given?.split(',').map((each) => {
    const server = each.trim().replace(/^stun:/, '');
    if (!/^[^\s:/]+:\d{1,5}$/.test(server)) {
      throw new UsageError(`Cannot use --stun: expected host:port, such as relay.example.org:4102, got "${each}".`);
    }
    return `stun:${server}`;
  });
}

/**
 * `pipes relay`: what `pipes up` runs, as others need it on a small public machine: it keeps ciphertext, logs and mailboxes
 * for those it serves, forwards connections of peers that do not reach each other, and tells them how they are seen from
 * outside (STUN, one port above that of peers, UDP). Whom it serves, and how much it takes, stands in policy.json.
 */
import { isIP } from 'node:net';
import type { Command } from 'commander';
import { UsageError } from '../core/errors.ts';
import { EXIT } from './exit.ts';
import { giveBackAtRest } from './lean.ts';
import { createOutput } from './output.ts';
import { addRelayOptions, type RelayFlags, relaySettings } from './settings.ts';
import { keepNames, pageDirectory, startAgents, startHttp, startPeers, startStun } from './starting.ts';
import { endSoon, stopSignal, within } from './stop.ts';

interface Flags extends RelayFlags {
  announce?: string;
  page?: boolean;
  webrtc?: boolean;
  agents?: boolean;
  logLevel?: string;
  json?: boolean;
}

const STOP_MS = 10_000;
const MOST_HOSTS = 8;

export function addRelay(program: Command, finish: (code: number) => void): void {
  addRelayOptions(program.command('relay'))
    .description(
      'Run a relay for others: it keeps what they seal and forwards between them, and reads nothing. It needs TCP PORT and P2P_PORT, and UDP P2P_PORT + 1, open to the world.',
    )
    .option('--announce <hosts>', "names or addresses that others are told, comma-separated (default: this machine's)")
    .option('--page', 'serve the chat page too')
    .option(
      '--webrtc',
      'let browsers dial by webrtc-direct too, on UDP P2P_PORT (a native library: see decisions/0020)',
    )
    .option('--agents', 'serve agents too, on KEEP_PORT')
    .option('--log-level <level>', 'of the log on stderr: silent, error, warn, info, debug')
    .option('--json', 'print where it listens, and its ticket, as JSON')
    .action(async (flags: Flags) => finish(await relay(flags)));
}

async function relay(flags: Flags): Promise<number> {
  const settings = relaySettings(flags);
  const announce = hostsOf(flags.announce);
  if (settings.p2pPort === 'off') throw new UsageError('Cannot run a relay: expected a P2P_PORT, got "off".');
  const output = createOutput(flags.json === true);
  const stop = stopSignal();
  const closing: (() => Promise<unknown>)[] = [];
  try {
    const logger = (await import('./log.ts')).createLogger(flags.logLevel);
    const http = await startHttp(settings, logger, flags.page === true ? pageDirectory() : undefined);
    closing.push(http.close);
    const agents = await (flags.agents === true
      ? startAgents(settings, http.house, logger)
      : keepNames(http.house, settings.dataDir));
    if (agents !== undefined) closing.unshift(agents.close);
    const peers = await startPeers(settings, http, {
      ...{ forwards: true, isNeeded: true, webrtc: flags.webrtc === true },
      ...(announce && { announce }),
    });
    if (peers?.port === undefined) throw new UsageError('Cannot run a relay: expected a port for peers');
    const stun = await startStun(peers.port + 1, settings.host);
    closing.push(peers.close, async () => stun?.close());
    const stopLooking = giveBackAtRest();
    const facts: Facts = {
      ...{ url: http.url, port: http.port, p2pPort: peers.port },
      ...(agents && { keepPort: agents.port }),
      ...(stun && { stunPort: stun.port }),
      ...{ key: peers.network.key, addresses: peers.network.addresses(), ticket: await peers.network.ticket() },
      dataDir: settings.dataDir,
    };
    output.data(facts, welcome(facts));
    await stop.stopped;
    stopLooking();
    output.note('Stopping …');
  } catch (error) {
    await Promise.all(closing.map((close) => close().catch(() => undefined)));
    endSoon();
    throw error;
  } finally {
    stop.dispose();
  }
  const closed = closing.reduce<Promise<unknown>>((before, close) => before.then(close), Promise.resolve());
  if (
    await within(
      STOP_MS,
      closed.then(() => undefined),
    )
  ) {
    endSoon();
    return EXIT.ok;
  }
  console.error(`Cannot stop cleanly: it still had work after ${STOP_MS / 1000} s. What it acknowledged is on disk.`);
  process.exit(EXIT.failed);
}

interface Facts {
  readonly url: string;
  readonly port: number;
  readonly p2pPort: number;
  readonly keepPort?: number;
  readonly stunPort?: number;
  readonly key: string;
  readonly addresses: readonly string[];
  readonly ticket: string;
  readonly dataDir: string;
}

function welcome({ url, p2pPort, keepPort, stunPort, addresses, ticket, dataDir }: Facts): string {
  const lines = [`  HTTP       ${url}`, `  Peers      port ${p2pPort}`];
  if (stunPort !== undefined) lines.push(`  STUN       port ${stunPort} (UDP)`);
  if (keepPort !== undefined) lines.push(`  Agents     port ${keepPort}`);
  for (const address of addresses) lines.push(`  Reached at ${address}`);
  const about = [`Data is kept in ${dataDir}; policy.json there says whom it serves.`, 'Stop with Ctrl+C.'];
  const join = ['On other machines, within 30 days:', `  pipes connect ${ticket}`];
  return ['', 'This relay is running.', '', ...lines, '', ...join, '', ...about, ''].join('\n');
}

/** Throws UsageError for what is neither a name nor an address. */
function hostsOf(text: string | undefined): string[] | undefined {
  const hosts = text?.split(',').map((host) => host.trim());
  if (hosts === undefined) return undefined;
  const isHost = (host: string): boolean => isIP(host) !== 0 || /^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(host);
  const stranger = hosts.find((host) => !isHost(host));
  if (stranger !== undefined || hosts.length > MOST_HOSTS) {
    const got = stranger ?? `${hosts.length} of them`;
    throw new UsageError(
      `Cannot use --announce: expected up to ${MOST_HOSTS} names or addresses without a port, got "${got}".`,
    );
  }
  return hosts;
}

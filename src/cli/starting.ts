/**
 * Starts the parts of an installation that `pipes up` and `pipes relay` share: the relay, the server for agents, other
 * peers. An occupied port is said in one line with its cure; only what cannot be done without stops the start.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../core/errors.ts';
import type { Log } from '../relay/logs.ts';
import type { Relay } from '../relay/relay.ts';
import type { House } from '../runtime/house.ts';
import { portProblem } from './exit.ts';
import type { RelaySettings } from './settings.ts';

const HOUR_MS = 3_600_000;

export async function startHttp(
  { keepPort: _, p2pPort: __, ...settings }: RelaySettings,
  logger: Log,
  pageDir: string | undefined,
): Promise<Relay> {
  const { startRelay } = await import('../relay/relay.ts');
  try {
    return await startRelay({ ...settings, logger, ...(pageDir === undefined ? {} : { pageDir }) });
  } catch (error) {
    throw taken(error, 'PORT', settings.port);
  }
}

/** The chat works without, where the port is occupied. */
export async function startAgents(
  { keepPort, p2pPort, dataDir, host, rateLimits }: RelaySettings,
  house: House,
  logger: Log,
) {
  const alone = p2pPort === 'off' ? async () => undefined : () => keepNames(house, dataDir);
  if (keepPort === 'off') return alone();
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
    doneWithout(error, 'Agents are', 'KEEP_PORT', keepPort);
    return alone();
  }
}

/** Without agents of its own, an installation carries names and what waits under them between other peers. */
export async function keepNames(house: House, dataDir: string): Promise<undefined> {
  const { decideOnNames } = await import('../agent/agent.ts');
  const { tidy } = await decideOnNames(house, dataDir);
  setInterval(() => void tidy().catch(() => undefined), HOUR_MS).unref();
}

export interface PeersOptions {
  /** Hosts that others are told instead of this machine's own addresses. */
  readonly announce?: readonly string[];
  /** Connections of peers that do not reach each other go through this one. */
  readonly forwards?: boolean;
  /** Browsers may dial by webrtc-direct. */
  readonly webrtc?: boolean;
  /** Straight ways through NATs by WebRTC, asking these (stun:host:port) how this machine is seen from outside. */
  readonly stun?: readonly string[];
  /** Without it there is nothing to start: an occupied port stops the start. */
  readonly isNeeded?: boolean;
}

export async function startPeers({ p2pPort, dataDir, host }: RelaySettings, relay: Relay, options: PeersOptions = {}) {
  if (p2pPort === 'off') return undefined;
  const { loadOrCreateRelayKey } = await import('../platform/node/log-key.ts');
  const { openNodeNetwork } = await import('../platform/node/network.ts');
  const { signer, seed } = await loadOrCreateRelayKey(dataDir);
  const { announce, forwards = false } = options;
  try {
    const opened = await openNodeNetwork({
      ...{ seed, port: p2pPort, relay: forwards },
      ...(host !== undefined && { host }),
      ...(announce && { announce }),
      ...(options.webrtc && { webrtcDirect: { dataDir } }),
      ...(options.stun && { webrtc: { stun: options.stun } }),
    });
    const network = await relay.join({ signer, transports: opened.transports, forwards });
    await opened.discover(network.found);
    return { ...opened, network };
  } catch (error) {
    if (options.isNeeded) throw taken(error, 'P2P_PORT', p2pPort);
    return doneWithout(error, 'Other peers are', 'P2P_PORT', p2pPort);
  }
}

/** Tells peers how they are seen from outside, beside the port that peers connect to; done without where it is occupied. */
export async function startStun(port: number, host: string | undefined) {
  const { startStunServer } = await import('../platform/node/stun.ts');
  try {
    return await startStunServer({ port, ...(host !== undefined && { host }) });
  } catch (error) {
    return doneWithout(error, 'STUN is', 'P2P_PORT', port);
  }
}

function taken(error: unknown, name: string, port: number): unknown {
  const problem = portProblem(error);
  if (problem === undefined) return error;
  const cure = problem === 'in use' ? 'Stop what listens there or choose' : 'Choose';
  const message = `Cannot listen on port ${port}: it is ${problem}. ${cure} another port, such as ${name}=${otherPort(port)}.`;
  return new UsageError(message, { cause: error });
}

function doneWithout(error: unknown, what: string, name: string, port: number): undefined {
  const problem = portProblem(error);
  if (problem === undefined) throw error;
  const cure = `Choose another port, such as ${name}=${otherPort(port)}.`;
  console.error(`${what} done without: port ${port} is ${problem}. ${cure}`);
}

/** To be suggested instead. */
export function otherPort(port: number): number {
  return port < 1024 || port > 65000 ? 4100 : port + 100;
}

/** The built page: beside this file in dist/, and in dist/ when this runs from source. */
export function pageDirectory(): string | undefined {
  const fromSource = import.meta.filename.endsWith('.ts');
  const directory = join(import.meta.dirname, fromSource ? '../../dist/ui' : '../ui');
  return existsSync(join(directory, 'index.html')) ? directory : undefined;
}

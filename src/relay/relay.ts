/**
 * The relay: a peer with a public address that forwards and stores for others and never reads (decisions/0008-http.md).
 * This file opens its data, gives it its endpoints and closes it; what they share is made in assemble.ts.
 */
import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Signer } from '../core/ports.ts';
import type { Transport } from '../core/transport.ts';
import { openBlobs } from '../platform/node/blobs.ts';
import { clock } from '../platform/node/crypto.ts';
import { openStore } from '../platform/node/store.ts';
import type { House } from '../runtime/house.ts';
import type { Network } from '../runtime/network/network.ts';
import { addAgentCard } from './agent-card.ts';
import { assemble } from './assemble.ts';
import { addBlobs } from './blobs.ts';
import { addChannels } from './channels.ts';
import type { RelayContext } from './context.ts';
import { addEvents } from './events.ts';
import { addHealth } from './health.ts';
import type { Ingress } from './ingress.ts';
import { addMailbox } from './mailbox.ts';
import { addMessages } from './messages.ts';
import { addNames } from './names.ts';
import type { RelayOptions } from './options.ts';
import { addOwner } from './owner.ts';
import { noteAddress } from './owner-file.ts';
import { addPage } from './page.ts';
import { joinPeers, type RelayPeers } from './peers.ts';
import { loadPolicy } from './policy.ts';
import { addProfiles } from './profiles.ts';
import { createServer } from './server.ts';
import { databasePath, takeOver } from './takeover.ts';
import { addTickets } from './tickets.ts';
import { addUsernames } from './usernames.ts';

export type { RelayOptions } from './options.ts';

/** A relay whose endpoints answer in this process alone: what works on its data while it is not running. */
export interface OpenRelay {
  /** What the other programs of this installation share with it. */
  readonly house: House;
  request(request: {
    method: 'GET' | 'POST' | 'PUT' | 'DELETE';
    url: string;
    headers?: Readonly<Record<string, string>>;
    body?: Uint8Array;
  }): Promise<{ status: number; body: Uint8Array }>;
  close(): Promise<void>;
}

export interface Relay {
  /** What the other programs of this installation share with it. */
  readonly house: House;
  /** Where this machine reaches it. */
  readonly url: string;
  readonly port: number;
  /** Connects it with other peers over these transports, whose key is the signer's; `forwards`: others are reached through them. */
  join(ports: { signer: Signer; transports: readonly Transport[]; forwards?: boolean }): Promise<Network>;
  /** Ends streams, lets running requests finish for up to five seconds, and closes the store. */
  close(): Promise<void>;
}

const GRACE_MS = 5000;
const HOUSEKEEPING_MS = 3_600_000;

/** Resolves when it answers. Rejects with UsageError for a wrong policy and with the system's error for the port. */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const { app, context, close } = await make(options);
  try {
    await listen(app, options);
  } catch (error) {
    await close();
    throw error;
  }
  const { port } = app.server.address() as AddressInfo;
  const local = isAnyAddress(options.host) ? '127.0.0.1' : urlHost(options.host);
  await noteAddress(options.dataDir, `http://${local}:${port}`);
  context.log.info({ event: 'started', port, version: context.version }, 'Relay answers');
  let peers: RelayPeers | undefined;
  return {
    house: context.house,
    url: `http://${urlHost(options.host)}:${port}`,
    port,
    async join(ports) {
      peers = await joinPeers(context, ports);
      return peers.network;
    },
    async close() {
      await peers?.close();
      await close();
    },
  };
}

/** Rejects with StorageError where a running relay has the data. */
export async function openRelay(options: Omit<RelayOptions, 'port' | 'host'>): Promise<OpenRelay> {
  const { app, context, close } = await make({ ...options, port: 0 });
  return {
    house: context.house,
    async request({ method, url, headers, body }) {
      const sent = { ...headers, 'content-type': 'application/octet-stream' };
      const answer = await app.inject({ method, url, headers: sent, ...(body && { payload: Buffer.from(body) }) });
      return { status: answer.statusCode, body: answer.rawPayload };
    },
    close,
  };
}

interface Made {
  readonly app: FastifyInstance;
  readonly context: RelayContext;
  close(): Promise<void>;
}

async function make(options: RelayOptions): Promise<Made> {
  const log = options.logger ?? (await import('./logs.ts')).createLog();
  await mkdir(options.dataDir, { recursive: true });
  const policy = await loadPolicy(options.dataDir);
  const place = await databasePath(options.dataDir, options.dbPath);
  const store = await openStore(place.path, { clock });
  const resources: (() => Promise<void>)[] = [store.close];
  try {
    const blobs = await openBlobs(join(options.dataDir, 'blobs'), { clock });
    resources.unshift(blobs.close);
    const { context, ingress, close } = await assemble(options, { store, blobs, policy, log });
    resources.unshift(close);
    await takeOver(context, { dataDir: options.dataDir, database: place.published });
    const app = routes(context, ingress, options);
    const stopHousekeeping = keepHouse(context);
    let closing: Promise<void> | undefined;
    return {
      ...{ app, context },
      close: () => {
        stopHousekeeping();
        closing ??= shutDown(app, context, resources);
        return closing;
      },
    };
  } catch (error) {
    for (const release of resources) await release().catch(() => undefined);
    throw error;
  }
}

/** On all addresses, IPv6 where the machine has it, unless one was given. */
async function listen(app: FastifyInstance, { port, host }: RelayOptions): Promise<void> {
  await app.listen({ port, host: host ?? '::', listenTextResolver: () => '' }).catch((error) => {
    if (host !== undefined || error.code !== 'EAFNOSUPPORT') throw error;
    return app.listen({ port, host: '0.0.0.0' });
  });
}

function routes(context: RelayContext, ingress: Ingress, options: RelayOptions): FastifyInstance {
  const { connections, policy, log, headersFor } = context;
  const app = createServer({ connections, policy, log, now: context.clock.now, headersFor });
  addHealth(app, context);
  addChannels(app, context);
  addMessages(app, context, ingress);
  addEvents(app, context);
  addUsernames(app, context);
  addNames(app, context);
  addMailbox(app, context, ingress);
  addProfiles(app, context);
  addBlobs(app, context);
  addOwner(app, context);
  addAgentCard(app, context);
  addTickets(app, context);
  const page = addPage(app, options.pageDir);
  app.setNotFoundHandler(async (request, reply) => {
    const readable = request.method === 'GET' || request.method === 'HEAD';
    if (readable && (await page.serve(request, reply))) return reply;
    return reply.code(404).type('text/plain; charset=utf-8').send('not found');
  });
  return app;
}

/** Once an hour: what expired goes, and blobs that nothing names. */
function keepHouse({ clock, store, blobKeeper, log }: RelayContext): () => void {
  let cancel: () => void;
  const clean = async (): Promise<void> => {
    try {
      const expired = await store.sweep(clock.now());
      const blobs = await blobKeeper.collect();
      if (expired + blobs > 0) log.info({ event: 'housekeeping', expired, blobs }, 'Cleaned up');
    } catch (error) {
      log.error({ err: error }, 'Cannot clean up');
    }
    if (!stopped) cancel = clock.after(HOUSEKEEPING_MS, () => void clean());
  };
  let stopped = false;
  cancel = clock.after(HOUSEKEEPING_MS, () => void clean());
  return () => {
    stopped = true;
    cancel();
  };
}

async function shutDown(
  app: FastifyInstance,
  context: RelayContext,
  resources: (() => Promise<void>)[],
): Promise<void> {
  context.hub.close('closing');
  const closed = app.close();
  const cut = setTimeout(() => app.server.closeAllConnections(), GRACE_MS);
  await closed;
  clearTimeout(cut);
  for (const release of resources) await release();
  context.log.info({ event: 'stopped' }, 'Relay stopped');
}

const isAnyAddress = (host: string | undefined): boolean => host === undefined || host === '::' || host === '0.0.0.0';

function urlHost(host: string | undefined): string {
  if (host === undefined || isAnyAddress(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

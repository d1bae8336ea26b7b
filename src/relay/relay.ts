/**
 * The relay: a peer with a public address that forwards and stores for others and never reads (decisions/0008-http.md).
 * This file puts it together: what the others need is made here, once, in the order in which they need it.
 */
import { mkdir, readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { UsageError } from '../core/errors.ts';
import type { BlobStore, Placed, Store } from '../core/ports.ts';
import { CHANNEL_PREFIX } from '../core/scope.ts';
import { openBlobs } from '../platform/node/blobs.ts';
import { clock, random, sha256 } from '../platform/node/crypto.ts';
import { openStore } from '../platform/node/store.ts';
import { createVerifier } from '../platform/node/verifier.ts';
import { createPipeline } from '../runtime/pipeline/pipeline.ts';
import { callerAddress } from './address.ts';
import { createBindings } from './bindings.ts';
import { createBlobKeeper } from './blob-keeper.ts';
import { addBlobs } from './blobs.ts';
import { createBlocks } from './blocks.ts';
import { addChannels } from './channels.ts';
import { connectionLimits } from './connections.ts';
import type { RelayContext } from './context.ts';
import { createCors } from './cors.ts';
import { addEvents } from './events.ts';
import { addHealth } from './health.ts';
import { createHub } from './hub.ts';
import { createIngress, type Ingress } from './ingress.ts';
import { createLimits } from './limits.ts';
import type { Log } from './logs.ts';
import { addMailbox } from './mailbox.ts';
import { addMessages } from './messages.ts';
import { createMetrics } from './metrics.ts';
import { addPage } from './page.ts';
import { loadPolicy } from './policy.ts';
import { addProfiles } from './profiles.ts';
import { createRenderer } from './renderer.ts';
import { createServer } from './server.ts';
import { databasePath, takeOver } from './takeover.ts';
import { createTelemetry } from './telemetry.ts';
import { timed } from './timed.ts';
import { addUsernames } from './usernames.ts';
import { createWriteBudget } from './write-budget.ts';

export interface RelayOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** All addresses where none is given. */
  readonly host?: string;
  /** Everything is kept here: the database, blobs, policy.json. */
  readonly dataDir: string;
  /** Another place for the database; a published piperchat database there is taken over. */
  readonly dbPath?: string;
  /** Origins whose pages may call; all where not given or with "*". */
  readonly allowedOrigins?: readonly string[];
  /** False lifts every limit per key, per address and in all. Default: true. */
  readonly rateLimits?: boolean;
  readonly posthogApiKey?: string;
  /** The built page. */
  readonly pageDir?: string;
  readonly logger?: Log;
}

export interface Relay {
  /** Where this machine reaches it. */
  readonly url: string;
  readonly port: number;
  /** Ends streams, lets running requests finish for up to five seconds, and closes the store. */
  close(): Promise<void>;
}

const GRACE_MS = 5000;
const HOUSEKEEPING_MS = 3_600_000;

/** Resolves when it answers. Rejects with UsageError for a wrong policy and with the system's error for the port. */
export async function startRelay(options: RelayOptions): Promise<Relay> {
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
    await app
      .listen({ port: options.port, host: options.host ?? '::', listenTextResolver: () => '' })
      .catch((error) => {
        if (options.host !== undefined || error.code !== 'EAFNOSUPPORT') throw error;
        return app.listen({ port: options.port, host: '0.0.0.0' });
      });
    const { port } = app.server.address() as AddressInfo;
    const stopHousekeeping = keepHouse(context);
    log.info({ event: 'started', port, version: context.version }, 'Relay answers');
    let closing: Promise<void> | undefined;
    return {
      url: `http://${urlHost(options.host)}:${port}`,
      port,
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

async function assemble(
  options: RelayOptions,
  made: { store: Store; blobs: BlobStore; policy: RelayContext['policy']; log: Log },
): Promise<{ context: RelayContext; ingress: Ingress; close: () => Promise<void> }> {
  const { policy, log, blobs } = made;
  const metrics = createMetrics();
  const checker = createVerifier();
  const store = timed(made.store, metrics.commitTime);
  const verifier = { ...checker, verify: timedVerify(checker.verify, metrics.verifyTime) };
  const salt = await secret(store);
  const limits = createLimits({
    enabled: options.rateLimits ?? true,
    now: clock.now,
    blobBytesPerDay: policy.blobQuotaPerAddressBytes,
  });
  const telemetry = createTelemetry({ apiKey: options.posthogApiKey, url: policy.telemetryUrl, salt }, clock);
  const bindings = createBindings(store);
  const blobKeeper = createBlobKeeper({ blobs, store, clock, policy });
  const ingress = createIngress({ store, bindings, blobKeeper, limits, telemetry });
  const onError = (error: unknown) => log.error({ err: error }, 'A subscriber failed');
  const pipeline = createPipeline({ store, verifier, sha256, clock, authorise: ingress.authorise, onError });
  const render = createRenderer(log);
  const blocks = createBlocks(store.epoch, render);
  const hub = createHub({ clock, blocks: blocks.live, onDelivered: metrics.delivered });
  pipeline.subscribe(CHANNEL_PREFIX, (placed: Placed) =>
    hub.publish(placed.scope.slice(CHANNEL_PREFIX.length), placed),
  );
  const cors = createCors(options.allowedOrigins);
  const context: RelayContext = {
    ...{ store, blobs, blobKeeper, clock, random, verifier, pipeline, bindings, policy, limits, hub, blocks },
    ...{ metrics, telemetry, log, salt, render },
    connections: connectionLimits(),
    writeBudget: createWriteBudget(),
    version: await packageVersion(),
    startedAt: clock.now(),
    headersFor: ({ headers, method }) => ({ ...cors(headers.origin, method), ...HARDENING }),
    addressOf: (request) => callerAddress(request.raw.socket.remoteAddress, forwarded(request), policy.trustedProxies),
  };
  const close = async (): Promise<void> => {
    await telemetry.close();
    await checker.close();
  };
  return { context, ingress, close };
}

const HARDENING = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };

function routes(context: RelayContext, ingress: Ingress, options: RelayOptions): FastifyInstance {
  const { connections, policy, log, headersFor } = context;
  const app = createServer({ connections, policy, log, now: context.clock.now, headersFor });
  addHealth(app, context);
  addChannels(app, context);
  addMessages(app, context, ingress);
  addEvents(app, context);
  addUsernames(app, context);
  addMailbox(app, context, ingress);
  addProfiles(app, context);
  addBlobs(app, context);
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

/** Made at the first start and kept; it never leaves. */
async function secret(store: Store): Promise<string> {
  const fresh = Buffer.from(random(32)).toString('hex');
  const [outcome] = await store.commit([{ op: 'put', space: 'relay', key: 'salt', value: fresh, ifAbsent: true }]);
  return outcome?.outcome === 'present' ? outcome.value : fresh;
}

function timedVerify(verify: RelayContext['verifier']['verify'], histogram: { observe(ms: number): void }) {
  const wrapped: RelayContext['verifier']['verify'] = async (key, signature, message) => {
    const began = performance.now();
    try {
      return await verify(key, signature, message);
    } finally {
      histogram.observe(performance.now() - began);
    }
  };
  return wrapped;
}

function forwarded({ headers }: FastifyRequest): string | undefined {
  const value = headers['x-forwarded-for'];
  return Array.isArray(value) ? value.join(',') : value;
}

function urlHost(host: string | undefined): string {
  if (host === undefined || host === '::' || host === '0.0.0.0') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

async function packageVersion(): Promise<string> {
  // The same two steps up from src/relay and from dist/relay.
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version?: unknown };
  if (typeof version === 'string') return version;
  throw new UsageError('Cannot start: expected a version in package.json');
}

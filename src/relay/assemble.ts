/**
 * Makes what the parts of the relay share, once, in the order in which they need each other.
 */
import { readFile } from 'node:fs/promises';
import type { FastifyRequest } from 'fastify';
import { UsageError } from '../core/errors.ts';
import type { BlobStore, Placed, Store } from '../core/ports.ts';
import { profileToJson } from '../core/profile.ts';
import { CHANNEL_PREFIX, MAILBOX_PREFIX } from '../core/scope.ts';
import { clock, random, sha256 } from '../platform/node/crypto.ts';
import { createVerifier } from '../platform/node/verifier.ts';
import { createHouse } from '../runtime/house.ts';
import { callerAddress } from './address.ts';
import { createBindings } from './bindings.ts';
import { createBlobKeeper } from './blob-keeper.ts';
import { createBlocks } from './blocks.ts';
import { connectionLimits } from './connections.ts';
import type { RelayContext } from './context.ts';
import { createCors } from './cors.ts';
import { createHub } from './hub.ts';
import { createIngress, type Ingress } from './ingress.ts';
import { createLimits } from './limits.ts';
import type { Log } from './logs.ts';
import { createMetrics } from './metrics.ts';
import type { RelayOptions } from './options.ts';
import { isToken, ownerToken } from './owner-file.ts';
import { createProfileDesk } from './profile-desk.ts';
import { createRenderer } from './renderer.ts';
import { createTelemetry } from './telemetry.ts';
import { timed, timedVerify } from './timed.ts';
import { createWriteBudget } from './write-budget.ts';

export interface Assembled {
  readonly context: RelayContext;
  readonly ingress: Ingress;
  close(): Promise<void>;
}

const HARDENING = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };

export async function assemble(
  options: RelayOptions,
  made: { store: Store; blobs: BlobStore; policy: RelayContext['policy']; log: Log },
): Promise<Assembled> {
  const { policy, log, blobs } = made;
  const checker = createVerifier();
  const measured = createMetrics();
  const store = timed(made.store, measured.commitTime);
  const verifier = { ...checker, verify: timedVerify(checker.verify, measured.verifyTime) };
  const onError = (error: unknown) => log.error({ err: error }, 'A subscriber failed');
  const house = createHouse({ store, blobs, verifier, clock, random, sha256, onError });
  const salt = await secret(store);
  const token = await ownerToken(options.dataDir, random);
  const limits = createLimits({
    enabled: options.rateLimits ?? true,
    now: clock.now,
    blobBytesPerDay: policy.blobQuotaPerAddressBytes,
  });
  const telemetry = createTelemetry({ apiKey: options.posthogApiKey, url: policy.telemetryUrl, salt }, clock);
  const bindings = createBindings(store);
  const blobKeeper = createBlobKeeper({ blobs, store, clock, policy });
  const ingress = createIngress({ store, bindings, blobKeeper, limits, telemetry });
  house.authorise(CHANNEL_PREFIX, ingress.authorise);
  house.authorise(MAILBOX_PREFIX, ingress.authorise);
  const render = createRenderer(log);
  const blocks = createBlocks(store.epoch, render);
  const hub = createHub({ clock, blocks: blocks.live, onDelivered: measured.delivered });
  house.pipeline.subscribe(CHANNEL_PREFIX, (placed: Placed) =>
    hub.publish(placed.scope.slice(CHANNEL_PREFIX.length), placed),
  );
  const profileDesk = createProfileDesk({ store, verifier });
  profileDesk.onChange((touched, profile) => hub.announce(touched, 'profile', JSON.stringify(profileToJson(profile))));
  const cors = createCors(options.allowedOrigins);
  const context: RelayContext = {
    ...{ house, store, blobs, blobKeeper, clock, random, verifier, pipeline: house.pipeline, bindings, policy, limits },
    ...{
      hub,
      profileDesk,
      peers: {},
      blocks,
      metrics: { ...measured, print: () => measured.print(house.measures) },
      telemetry,
      log,
      salt,
      render,
    },
    connections: connectionLimits(),
    writeBudget: createWriteBudget(),
    version: await packageVersion(),
    startedAt: clock.now(),
    headersFor: ({ headers, method }) => ({ ...cors(headers.origin, method), ...HARDENING }),
    isOwner: (request) => isToken(token, request.headers.authorization),
    addressOf: (request) => callerAddress(request.raw.socket.remoteAddress, forwarded(request), policy.trustedProxies),
  };
  const close = async (): Promise<void> => {
    await telemetry.close();
    await checker.close();
  };
  return { context, ingress, close };
}

/** Made at the first start and kept; it never leaves. */
async function secret(store: Store): Promise<string> {
  const fresh = Buffer.from(random(32)).toString('hex');
  const [outcome] = await store.commit([{ op: 'put', space: 'relay', key: 'salt', value: fresh, ifAbsent: true }]);
  return outcome?.outcome === 'present' ? outcome.value : fresh;
}

function forwarded({ headers }: FastifyRequest): string | undefined {
  const value = headers['x-forwarded-for'];
  return Array.isArray(value) ? value.join(',') : value;
}

async function packageVersion(): Promise<string> {
  // The same two steps up from src/relay and from dist/relay.
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version?: unknown };
  if (typeof version === 'string') return version;
  throw new UsageError('Cannot start: expected a version in package.json');
}

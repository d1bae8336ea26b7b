/**
 * What the owner's own commands may ask of the relay (spec/07-relay-http.md#owner): what entered here, to be packed, and
 * packs and files that came in bundles, to be delivered. Others get the answer that they get for any path that is not there.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { toBase64 } from '../core/bytes.ts';
import { decodeEnvelope, isSigned } from '../core/envelope/envelope.ts';
import type { Placed } from '../core/ports.ts';
import { isScope, nameScope, SWARM_PREFIX } from '../core/scope.ts';
import { isSealedBlob } from '../core/seal/blob.ts';
import { createEnvelopeIntake, isPacket } from '../runtime/intake/envelopes.ts';
import { createWantedBlobs } from '../runtime/intake/wanted.ts';
import { CARRIED, carriedKey } from '../runtime/packs/carried.ts';
import { authenticPack } from '../runtime/packs/reading.ts';
import { sha256Hex } from './blob-keeper.ts';
import type { RelayContext } from './context.ts';
import { refuse } from './errors.ts';
import { count, first } from './query.ts';
import { createReceiver } from './receiver.ts';
import { lifeUnder } from './retention.ts';

const MOST_SCOPES = 10_000;
const PAGE = 256;

export function addOwner(app: FastifyInstance, context: RelayContext): void {
  const { store, house } = context;
  const { pipeline, sha256, clock } = house;
  const wanted = createWantedBlobs(store, async (hash) => (await context.blobs.size(hash)) !== undefined);
  /** Fetched at once, or remembered for when there are peers. */
  const want = (hashes: readonly string[]): void => {
    if (context.peers.want) context.peers.want(hashes);
    else void wanted.add(hashes).catch((error) => context.log.error({ err: error }, 'A file could not be wanted'));
  };
  const lifeOf = lifeUnder(context.policy);
  const receiver = createReceiver(context, createEnvelopeIntake({ pipeline, sha256, clock, lifeOf, want }));
  const only = (request: FastifyRequest): void => {
    if (!context.isOwner(request)) refuse(404, 'not found');
  };

  app.get('/owner/scopes', async (request) => {
    only(request);
    const all = (await store.scopes('', MOST_SCOPES)).map(({ scope }) => scope);
    // A packet to a swarm is over before a stick arrives.
    return all.filter((scope) => scope !== nameScope(SWARM_PREFIX));
  });

  app.get('/owner/entered', async (request) => {
    only(request);
    const scope = first(request.query, 'scope') ?? '';
    if (!isScope(scope)) refuse(400, 'scope required', { field: 'scope' });
    const after = count(request.query, 'after', 0, Number.MAX_SAFE_INTEGER);
    const rows = await store.arrivals(scope, after, PAGE);
    const items = [];
    for (const row of rows) if (isSigned(decodeEnvelope(row.envelope))) items.push(await enteredJson(context, row));
    return { items, next: rows.at(-1)?.arrival };
  });

  app.get('/owner/profiles', async (request) => {
    only(request);
    const after = first(request.query, 'after');
    const rows = await store.records('profile', PAGE, after);
    return { profiles: rows.map(({ value }) => JSON.parse(value)), next: rows.at(-1)?.key };
  });

  app.post('/owner/packs', async (request) => {
    only(request);
    const bytes = Buffer.isBuffer(request.body) ? new Uint8Array(request.body) : new Uint8Array();
    const pack = await authenticPack(context.verifier, bytes, bytesOfPeer(request));
    if (pack === undefined) return refuse(400, 'no pack, or not signed by its peer', { field: 'body' });
    return receiver.deliver(pack);
  });

  app.put('/owner/blobs/:hash', async (request: FastifyRequest<{ Params: { hash: string } }>) => {
    only(request);
    const { hash } = request.params;
    const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    if (sha256Hex(bytes) !== hash) refuse(400, 'the bytes have another SHA-256', { field: 'sha256' });
    if (!isSealedBlob(bytes)) refuse(400, 'ciphertext only', { field: 'body' });
    if ((await receiver.takeBlob(hash, bytes)) === 'later') refuse(409, 'no message here names it yet');
    return { ok: true };
  });
}

/** The log key that announced the pack. */
function bytesOfPeer(request: FastifyRequest): Uint8Array {
  const text = first(request.query, 'peer') ?? '';
  return /^[0-9a-f]{64}$/.test(text)
    ? Buffer.from(text, 'hex')
    : refuse(400, 'peer must be 64 hex chars', { field: 'peer' });
}

/** How long this relay keeps a channel's messages is its own affair; a packet's time to live is everybody's. */
async function enteredJson({ store }: RelayContext, placed: Placed) {
  const { scope, received, expires, envelope } = placed;
  const wasCarried = (await store.record(CARRIED, carriedKey(placed))) !== undefined;
  return {
    received: isPacket(scope) ? placed.time : received,
    expires: isPacket(scope) ? expires : 0,
    hops: wasCarried ? 1 : 0,
    envelope: toBase64(envelope),
  };
}

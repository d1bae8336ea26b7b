/**
 * PUT and GET /blobs/<sha256>: sealed blobs alone (spec/05-sealing.md#blobs), at most 2 MiB each; a larger file is a
 * manifest of chunks. The name is checked against the bytes; what has it never changes, so caches may keep it.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isSealedBlob } from '../core/seal/blob.ts';
import { limitKey } from './address.ts';
import { sha256Hex } from './blob-keeper.ts';
import type { RelayContext } from './context.ts';
import { refuse } from './errors.ts';

type BlobRequest = FastifyRequest<{ Params: { hash: string } }>;

export function addBlobs(app: FastifyInstance, context: RelayContext): void {
  app.put('/blobs/:hash', async (request: BlobRequest, reply) => {
    const sha256 = hashOf(request);
    const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    if (sha256Hex(bytes) !== sha256) refuse(400, 'the bytes have another SHA-256', { field: 'sha256' });
    if (!isSealedBlob(bytes)) {
      refuse(400, 'ciphertext only', { detail: 'expected a sealed chunk or a chunk manifest', field: 'body' });
    }
    const address = limitKey(context.addressOf(request));
    const { limits } = context;
    if (!limits.takeBlob(address)) refuse(429, 'rate limit: 600 blobs per minute per address', {}, 60);
    if (!limits.takeBlobBytes(address, bytes.length)) refuse(429, 'blob quota of this address reached', {}, 3600);
    const outcome = await context.blobKeeper.put(sha256, bytes);
    reply.code(outcome === 'stored' ? 201 : 200);
    return { ok: true, sha256, size: bytes.length };
  });

  app.get('/blobs/:hash', (request: BlobRequest, reply) => serve(context, request, reply));
}

async function serve(
  { blobs, writeBudget }: RelayContext,
  request: BlobRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const sha256 = hashOf(request);
  const size = await blobs.size(sha256);
  if (size === undefined) return refuse(404, 'not found');
  reply.headers({
    'accept-ranges': 'bytes',
    'cache-control': 'public, max-age=31536000, immutable',
    'content-disposition': 'attachment',
    'content-security-policy': "default-src 'none'; sandbox",
    etag: `"${sha256}"`,
  });
  if (request.headers['if-none-match']?.includes(`"${sha256}"`)) return reply.code(304).send();
  const range = rangeOf(request.headers.range, size);
  if (range === 'beyond') {
    reply.header('content-range', `bytes */${size}`);
    return refuse(416, 'range not satisfiable', { detail: `the blob has ${size} bytes`, field: 'Range' });
  }
  writeBudget.take(reply.raw, range.end - range.start);
  const bytes = await blobs.get(sha256, range.start, range.end);
  if (bytes === undefined) return refuse(404, 'not found');
  if (range.partial) reply.code(206).header('content-range', `bytes ${range.start}-${range.end - 1}/${size}`);
  return reply.type('application/octet-stream').send(asBuffer(bytes));
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function hashOf(request: BlobRequest): string {
  const { hash } = request.params;
  return /^[0-9a-f]{64}$/.test(hash) ? hash : refuse(400, 'sha256 must be 64 hex chars', { field: 'sha256' });
}

/** One range of bytes; several at once, or what is no range, gets the whole, as RFC 9110 allows. */
function rangeOf(header: string | undefined, size: number) {
  const whole = { start: 0, end: size, partial: false };
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (from === '' && to === '') return whole;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size : Math.min(size, Number(to) + 1);
  if (start >= size || (from === '' && Number(to) === 0)) return 'beyond';
  return end <= start ? whole : { start, end, partial: true };
}

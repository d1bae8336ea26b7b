/**
 * Blobs of sealed files (spec/05-sealing.md#blobs, #manifests): an 8-byte header that tells a relay that these are
 * our ciphertexts, what each sealed chunk is bound to, and the manifest that lists the chunks of a larger file.
 */
import { concat, toHex, utf8 } from '../bytes.ts';
import { DecodeError } from '../errors.ts';
import { LABELS, LIMITS } from '../registry.ts';
import { Reader, u16, u32 } from '../wire.ts';
import { NONCE_BYTES, TAG_BYTES } from './layout.ts';

export const CHUNK = 1;
export const MANIFEST = 2;
export type BlobKind = typeof CHUNK | typeof MANIFEST;

export interface ChunkReference {
  /** SHA-256 of the sealed chunk's blob. */
  readonly hash: Uint8Array;
  /** Bytes of that blob. */
  readonly size: number;
}

const MAGIC = [0x50, 0x42];
const VERSION = 1;
const SUITE = 1;
const HEADER_BYTES = 8;
/** What sealing adds to a chunk. */
export const CHUNK_OVERHEAD = HEADER_BYTES + TAG_BYTES;
const FULL_CHUNK = LIMITS.chunkBytes + CHUNK_OVERHEAD;

/** magic "PB", version 1, kind, suite, features 2, reserved 0. */
export const blobHeader = (kind: BlobKind): Uint8Array<ArrayBuffer> =>
  Uint8Array.of(...MAGIC, VERSION, kind, SUITE, 0, 0, 0);

/** The kind of a blob of ours, or undefined for anything else, another version, suite or feature included. */
export function blobKind(bytes: Uint8Array): BlobKind | undefined {
  return [CHUNK, MANIFEST].find((kind) => blobHeader(kind as BlobKind).every((byte, i) => bytes[i] === byte)) as
    | BlobKind
    | undefined;
}

export const isBlobHeader = (bytes: Uint8Array): boolean => blobKind(bytes) !== undefined;

/** Whether a relay may keep it: one of the two kinds, within the limit, and well-formed as far as one can see. */
export function isSealedBlob(bytes: Uint8Array): boolean {
  if (bytes.length > LIMITS.blobBytes) return false;
  if (blobKind(bytes) === MANIFEST) return isManifest(bytes);
  return blobKind(bytes) === CHUNK && bytes.length >= CHUNK_OVERHEAD && bytes.length <= FULL_CHUNK;
}

/** At least one: an empty file is one empty chunk. */
export const chunkCount = (size: number): number => Math.max(1, Math.ceil(size / LIMITS.chunkBytes));

/** Seven zeros, the chunk's index, 1 in the last: unique under a key, since each file has a fresh one. */
export const chunkNonce = (index: number, last: boolean): Uint8Array<ArrayBuffer> =>
  concat(new Uint8Array(NONCE_BYTES - 5), u32(index), Uint8Array.of(last ? 1 : 0));

export const chunkAssociated = (index: number, last: boolean): Uint8Array<ArrayBuffer> =>
  concat(utf8(LABELS.sealedBlob), Uint8Array.of(0), blobHeader(CHUNK), u32(index), Uint8Array.of(last ? 1 : 0));

/** `sealed` is ciphertext ‖ tag. */
export const joinChunk = (sealed: Uint8Array): Uint8Array<ArrayBuffer> => concat(blobHeader(CHUNK), sealed);

/** A view of ciphertext ‖ tag; throws DecodeError. */
export function splitChunk(blob: Uint8Array): Uint8Array {
  if (blobKind(blob) === CHUNK && blob.length >= CHUNK_OVERHEAD && blob.length <= FULL_CHUNK) {
    return blob.subarray(HEADER_BYTES);
  }
  throw new DecodeError('chunk', `Cannot read sealed chunk: ${blob.length} bytes with another header or size`);
}

/** Of two chunks or more, in order. */
export function encodeManifest(chunks: readonly ChunkReference[]): Uint8Array<ArrayBuffer> {
  const rows = chunks.map((chunk) => concat(chunk.hash, u32(chunk.size)));
  return concat(blobHeader(MANIFEST), u32(totalOf(chunks)), u16(chunks.length), ...rows);
}

/** Throws DecodeError. All chunks but the last are full, so that a file has one manifest. */
export function decodeManifest(bytes: Uint8Array): ChunkReference[] {
  const reader = new Reader(bytes, 'chunk manifest');
  if (blobKind(reader.take(HEADER_BYTES, 'header')) !== MANIFEST)
    reader.refuse('header', 'expected that of a manifest');
  const total = reader.u32('total');
  const count = reader.u16('count');
  if (count < 2 || count > LIMITS.manifestChunks)
    reader.refuse('count', `${count} is not 2 to ${LIMITS.manifestChunks}`);
  const chunks = Array.from({ length: count }, (_, index) => readRow(reader, index === count - 1));
  reader.end();
  if (totalOf(chunks) !== total) reader.refuse('total', 'expected the sum of all sizes');
  return chunks;
}

/** Hashes of the chunks that a manifest names, in hex; none for bytes that are no manifest. */
export function manifestHashes(bytes: Uint8Array): string[] {
  if (!isManifest(bytes)) return [];
  return decodeManifest(bytes).map((chunk) => toHex(chunk.hash));
}

function readRow(reader: Reader, last: boolean): ChunkReference {
  const chunk = { hash: reader.take(32, 'hash'), size: reader.u32('size') };
  const fits = last ? chunk.size > CHUNK_OVERHEAD && chunk.size <= FULL_CHUNK : chunk.size === FULL_CHUNK;
  return fits ? chunk : reader.refuse('size', `${chunk.size} is not that of ${last ? 'a last' : 'a full'} chunk`);
}

const totalOf = (chunks: readonly ChunkReference[]): number => chunks.reduce((sum, chunk) => sum + chunk.size, 0);

function isManifest(bytes: Uint8Array): boolean {
  if (blobKind(bytes) !== MANIFEST) return false;
  try {
    return decodeManifest(bytes).length > 0;
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}

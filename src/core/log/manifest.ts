/**
 * The manifest of a file that is larger than a blob of a log may be (spec/02-pigeon.md#files): the hashes of its chunks,
 * each a plain blob. A manifest is a plain blob too, and every Pigeon client carries both.
 */
import { concat, equal } from '../bytes.ts';
import { UsageError } from '../errors.ts';
import { LIMITS } from '../registry.ts';
import { Reader, u32, varint } from '../wire.ts';

export interface FileManifest {
  /** Bytes of the whole file. */
  readonly size: number;
  /** Bytes of each chunk but the last. */
  readonly chunkBytes: number;
  /** SHA-256 of each chunk, in order. */
  readonly chunks: readonly Uint8Array[];
}

const MAGIC = Uint8Array.of(0x50, 0x46);
/** Magic, version 1, suite 1, features. */
const HEADER = Uint8Array.of(...MAGIC, 1, 1, 0, 0);
const HASH_BYTES = 32;

/** Whether a reader takes the blob for a manifest. A file that begins like one is always given a manifest. */
export const isFileManifest = (bytes: Uint8Array): boolean => equal(bytes.subarray(0, MAGIC.length), MAGIC);

/** Throws UsageError for a file of more than a manifest can name. */
export function encodeFileManifest({ size, chunkBytes, chunks }: FileManifest): Uint8Array<ArrayBuffer> {
  if (chunks.length > LIMITS.fileChunks) {
    const most = LIMITS.fileChunks * chunkBytes;
    throw new UsageError(`Cannot keep file: expected at most ${most} bytes, got ${size}`);
  }
  return concat(HEADER, varint(size), u32(chunkBytes), ...chunks);
}

/** Throws DecodeError for what begins like a manifest and is none. */
export function decodeFileManifest(bytes: Uint8Array): FileManifest {
  const reader = new Reader(bytes, 'file manifest');
  if (!equal(reader.take(Math.min(HEADER.length, bytes.length), 'header'), HEADER)) {
    reader.refuse('header', 'expected version 1, suite 1 and no features');
  }
  const size = reader.varint('size');
  const chunkBytes = reader.u32('chunk size');
  if (chunkBytes < 1 || chunkBytes > LIMITS.logBlobBytes) {
    reader.refuse('chunk size', `expected 1 to ${LIMITS.logBlobBytes}, got ${chunkBytes}`);
  }
  const count = Math.ceil(size / chunkBytes);
  if (count > LIMITS.fileChunks || reader.left !== count * HASH_BYTES) {
    reader.refuse('chunks', `expected ${count} hashes, got ${reader.left} bytes`);
  }
  const hashes = reader.take(count * HASH_BYTES, 'chunks');
  const chunks = Array.from({ length: count }, (_, i) => hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
  return { size, chunkBytes, chunks };
}

/** How many bytes the chunk at that place has. */
export const chunkSize = ({ size, chunkBytes }: FileManifest, index: number): number =>
  Math.min(chunkBytes, size - index * chunkBytes);

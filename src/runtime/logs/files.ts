/**
 * Files of any size for entries to name: small ones as one blob, larger ones as chunks under a manifest
 * (spec/02-pigeon.md#files). What goes in is hashed, what comes out is verified, and memory holds one chunk.
 */
import { concat, fromHex, toHex } from '../../core/bytes.ts';
import { UsageError, VerificationError } from '../../core/errors.ts';
import { formatId } from '../../core/log/dialect.ts';
import { chunkSize, decodeFileManifest, encodeFileManifest, isFileManifest } from '../../core/log/manifest.ts';
import { LIMITS } from '../../core/registry.ts';
import type { FileOptions, LogFile, LogFiles } from '../api-logs.ts';
import type { LogBlobs } from './blobs.ts';
import { blobHashOf } from './names.ts';
import type { OwnLog } from './own.ts';

type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export function createFiles(blobs: LogBlobs, own: OwnLog): LogFiles {
  const named = async (hash: string): Promise<string> =>
    formatId(await own.dialect(), 'blob', fromHex(hash, 32) ?? new Uint8Array());

  /** The blob, or undefined where it is not here; one whose bytes have changed on disk is none. */
  const read = async (hash: string, what: string): Promise<Uint8Array> => {
    const bytes = await blobs.get(hash);
    if (bytes !== undefined) return bytes;
    throw new UsageError(`Cannot read file: its ${what} ${await named(hash)} is not here yet`);
  };

  const find = async (id: string): Promise<LogFile | undefined> => {
    const top = await blobs.get(toHex(blobHashOf(id)));
    if (top === undefined) return undefined;
    if (!isFileManifest(top)) return { id, size: top.length, chunks: 1, missing: 0 };
    const { size, chunks } = decodeFileManifest(top);
    let missing = 0;
    for (const hash of chunks) if (!(await blobs.has(toHex(hash)))) missing++;
    return { id, size, chunks: chunks.length, missing };
  };

  async function* get(id: string, { onProgress, signal }: FileOptions = {}): AsyncGenerator<Uint8Array> {
    const top = await read(toHex(blobHashOf(id)), 'blob');
    if (!isFileManifest(top)) return yield top;
    const manifest = decodeFileManifest(top);
    let done = 0;
    for (const [index, hash] of manifest.chunks.entries()) {
      if (signal?.aborted === true) throw new UsageError('Cannot read file: it was cancelled');
      const chunk = await read(toHex(hash), `chunk ${index + 1} of ${manifest.chunks.length},`);
      if (chunk.length !== chunkSize(manifest, index)) {
        throw new VerificationError(
          `Cannot read file: expected ${chunkSize(manifest, index)} bytes, got ${chunk.length}`,
        );
      }
      done += chunk.length;
      yield chunk;
      onProgress?.({ bytes: done, total: manifest.size });
    }
  }

  const put = async (source: Bytes, { onProgress, signal }: FileOptions, kept: Uint8Array[]): Promise<LogFile> => {
    let size = 0;
    let isPlain = true;
    for await (const chunk of chunked(source)) {
      if (signal?.aborted === true) throw new UsageError('Cannot keep file: it was cancelled');
      if (kept.length === LIMITS.fileChunks) {
        throw new UsageError(`Cannot keep file: expected at most ${LIMITS.fileChunks * LIMITS.logBlobBytes} bytes`);
      }
      isPlain = kept.length === 0 && !isFileManifest(chunk);
      kept.push(blobHashOf(await blobs.put(chunk)));
      size += chunk.length;
      onProgress?.({ bytes: size, total: undefined });
    }
    const facts = { size, chunks: kept.length, missing: 0 };
    if (isPlain) return { id: await named(toHex(kept[0] as Uint8Array)), ...facts };
    const manifest = encodeFileManifest({ size, chunkBytes: LIMITS.logBlobBytes, chunks: kept });
    return { id: await blobs.put(manifest), ...facts };
  };

  return {
    async put(source, options = {}) {
      const kept: Uint8Array[] = [];
      try {
        return await put(source, options, kept);
      } catch (error) {
        for (const hash of kept) await blobs.release(toHex(hash));
        throw error;
      }
    },
    get,
    find,
    collect: blobs.collect,
  };
}

/** In pieces of the size of a chunk, the last one shorter; one empty piece of nothing at all. */
async function* chunked(source: Bytes): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let size = 0;
  let isFirst = true;
  for await (const piece of source) {
    for (let at = 0; at < piece.length; ) {
      const taken = piece.slice(at, at + LIMITS.logBlobBytes - size);
      at += taken.length;
      size += taken.length;
      held.push(taken);
      if (size < LIMITS.logBlobBytes) continue;
      yield concat(...held);
      [held, size, isFirst] = [[], 0, false];
    }
  }
  if (size > 0 || isFirst) yield concat(...held);
}

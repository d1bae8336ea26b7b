/** The blobs of an installation, of its messages and its logs, as peers exchange them. */
import { DecodeError } from '../../core/errors.ts';
import type { BlobStore } from '../../core/ports.ts';
import type { LogBlobs } from '../logs/blobs.ts';
import { listedBy } from './attached.ts';
import type { BlobShelf } from './blob-traffic.ts';

/** `put` keeps what belongs to messages; by default in `blobs`. */
export function createShelf(
  blobs: BlobStore,
  logBlobs: LogBlobs | undefined,
  put: (hash: string, bytes: Uint8Array) => Promise<unknown> = blobs.put,
): BlobShelf {
  return {
    size: async (hash) => (await blobs.size(hash)) ?? logBlobs?.size(hash),
    get: async (hash, start, end) =>
      (await blobs.get(hash, start, end)) ?? (await logBlobs?.get(hash))?.slice(start, end),
    async put(hash, bytes) {
      const taken = await logBlobs?.take(hash, bytes, true);
      if (taken === 'stored' || taken === 'known') return [];
      await put(hash, bytes);
      try {
        return listedBy(bytes);
      } catch (error) {
        if (error instanceof DecodeError) return [];
        throw error;
      }
    },
  };
}

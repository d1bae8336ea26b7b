/** BlobStore in memory, for tests and simulations. Nothing survives the process. */
import type { BlobStore, Clock } from '../../core/ports.ts';
import { blobRange, checkHash, checkLimit, closedError } from '../../core/storage.ts';

export function createMemoryBlobs(options: { clock?: Pick<Clock, 'now'> } = {}): BlobStore {
  const blobs = new Map<string, { bytes: Uint8Array; added: number }>();
  let total = 0;
  let closed = false;
  const at = (hash: string) => {
    if (closed) throw closedError('blob store');
    checkHash(hash);
    return blobs.get(hash);
  };
  return {
    put: async (hash, bytes) => {
      if (at(hash) !== undefined) return 'known';
      blobs.set(hash, { bytes: bytes.slice(), added: options.clock?.now() ?? 0 });
      total += bytes.length;
      return 'stored';
    },
    get: async (hash, start, end) => {
      const found = at(hash)?.bytes;
      const range = blobRange(found?.length ?? 0, start, end);
      return found?.slice(range.start, range.end);
    },
    size: async (hash) => at(hash)?.bytes.length,
    delete: async (hash) => {
      total -= at(hash)?.bytes.length ?? 0;
      blobs.delete(hash);
    },
    total: async () => {
      if (closed) throw closedError('blob store');
      return total;
    },
    list: async (limit, after = '') => {
      if (closed) throw closedError('blob store');
      checkLimit(limit);
      return [...blobs]
        .filter(([hash]) => hash > after)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .slice(0, limit)
        .map(([hash, { bytes, added }]) => ({ hash, size: bytes.length, added }));
    },
    close: async () => {
      closed = true;
    },
  };
}

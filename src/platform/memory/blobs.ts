/** BlobStore in memory, for tests and simulations. Nothing survives the process. */
import type { BlobStore, Clock } from '../../core/ports.ts';
import { blobRange, guardBlobs } from '../../core/storage.ts';

export function createMemoryBlobs(options: { clock?: Pick<Clock, 'now'> } = {}): BlobStore {
  const blobs = new Map<string, { bytes: Uint8Array; added: number }>();
  let total = 0;
  return guardBlobs({
    put: async (hash, bytes) => {
      if (blobs.has(hash)) return 'known';
      blobs.set(hash, { bytes, added: options.clock?.now() ?? 0 });
      total += bytes.length;
      return 'stored';
    },
    get: async (hash, start, end) => {
      const bytes = blobs.get(hash)?.bytes;
      const range = blobRange(bytes?.length ?? 0, start, end);
      return bytes?.slice(range.start, range.end);
    },
    size: async (hash) => blobs.get(hash)?.bytes.length,
    delete: async (hash) => {
      total -= blobs.get(hash)?.bytes.length ?? 0;
      blobs.delete(hash);
    },
    total: async () => total,
    list: async (limit, after = '') =>
      [...blobs]
        .filter(([hash]) => hash > after)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .slice(0, limit)
        .map(([hash, { bytes, added }]) => ({ hash, size: bytes.length, added })),
    close: async () => undefined,
  });
}

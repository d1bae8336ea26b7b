/**
 * Blobs of logs: verified on the way in, bounded as every Pigeon client bounds them, taken in from others only when an
 * entry names them, collected only when nothing does.
 */
import { toHex } from '../../core/bytes.ts';
import { UsageError } from '../../core/errors.ts';
import { formatId } from '../../core/log/dialect.ts';
import { LIMITS } from '../../core/registry.ts';
import { isNamed } from './blob-names.ts';
import type { OwnLog } from './own.ts';
import { createPieces, type Pieces } from './pieces.ts';
import type { LogPorts } from './ports.ts';
import { allRecords } from './standing.ts';

/** Which of the BlobStore's are the logs' own to collect, and who put them: the rest is the messages'. */
export const LOG_BLOB = 'log-blob';

export interface LogBlobs {
  /** Keeps bytes until they are removed by hand; resolves to the id that an entry names them by. */
  put(bytes: Uint8Array): Promise<string>;
  /** What an entry is about to name; the caller has hashed it. */
  stage(hash: string, bytes: Uint8Array): Promise<void>;
  get(hash: string): Promise<Uint8Array | undefined>;
  /** Another's, kept while an entry names it; `isChecked`: the caller has hashed it. */
  take(
    hash: string,
    bytes: Uint8Array,
    isChecked?: boolean,
  ): Promise<'stored' | 'known' | 'damaged' | 'too large' | 'not named'>;
  has(hash: string): Promise<boolean>;
  size(hash: string): Promise<number | undefined>;
  /** Sealed blobs of messages, whose pieces entries name. */
  readonly pieces: Pieces;
  /** Lets go of bytes that are pieces of a blob which is now here whole. */
  drop(hashes: readonly string[]): Promise<void>;
  /** What was put here goes as others' does, when no entry names it. */
  release(hash: string): Promise<void>;
  isNamed(hash: string): Promise<boolean>;
  /** Deletes others' that nothing names any more; resolves to how many. */
  collect(): Promise<number>;
}

export function createLogBlobs({ store, blobs, sha256 }: LogPorts, own: OwnLog): LogBlobs {
  const pieces = createPieces({ store, blobs });
  const size = async (hash: string) => (await blobs.size(hash)) ?? pieces.size(hash);
  const keep = async (hash: string, bytes: Uint8Array, by: 'own' | 'carried'): Promise<'stored' | 'known'> => {
    const ifAbsent = by === 'carried';
    if ((await blobs.size(hash)) === undefined || by === 'own') {
      await store.commit([{ op: 'put', space: LOG_BLOB, key: hash, value: by, ifAbsent }]);
    }
    return blobs.put(hash, bytes);
  };
  return {
    async put(bytes) {
      if (bytes.length > LIMITS.logBlobBytes) {
        throw new UsageError(`Cannot keep blob: expected at most ${LIMITS.logBlobBytes} bytes, got ${bytes.length}`);
      }
      const hash = sha256(bytes);
      await keep(toHex(hash), bytes, 'own');
      return formatId(await own.dialect(), 'blob', hash);
    },
    async stage(hash, bytes) {
      await keep(hash, bytes, 'carried');
    },
    pieces,
    size,
    async get(hash) {
      const bytes = (await blobs.get(hash)) ?? (await pieces.get(hash));
      return bytes !== undefined && toHex(sha256(bytes)) === hash ? bytes : undefined;
    },
    async take(hash, bytes, isChecked = false) {
      if (bytes.length > LIMITS.logBlobBytes) return 'too large';
      if (!isChecked && toHex(sha256(bytes)) !== hash) return 'damaged';
      const [here, named] = await Promise.all([blobs.size(hash), isNamed(store, hash)]);
      if (here === undefined && (await pieces.size(hash)) !== undefined) return 'known';
      return named ? keep(hash, bytes, 'carried') : 'not named';
    },
    has: async (hash) => (await size(hash)) !== undefined,
    async drop(hashes) {
      for (const hash of hashes) {
        if ((await store.record(LOG_BLOB, hash)) !== 'carried' || (await pieces.size(hash)) === undefined) continue;
        await blobs.delete(hash);
        await store.commit([{ op: 'delete', space: LOG_BLOB, key: hash }]);
      }
    },
    async release(hash) {
      await store.commit([{ op: 'put', space: LOG_BLOB, key: hash, value: 'carried' }]);
    },
    isNamed: (hash) => isNamed(store, hash),
    async collect() {
      let gone = 0;
      for await (const { key, value } of allRecords(store, LOG_BLOB)) {
        if (value !== 'carried' || (await isNamed(store, key))) continue;
        await blobs.delete(key);
        await store.commit([{ op: 'delete', space: LOG_BLOB, key }]);
        gone++;
      }
      return gone;
    },
  };
}

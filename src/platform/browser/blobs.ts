/**
 * BlobStore over IndexedDB: the index, the bytes, and their sum, changed in one transaction and shared by all
 * tabs. Blobs are at most a few MiB here (larger files are chunks), so a range is cut from the whole.
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { BlobStore, Clock } from '../../core/ports.ts';
import { blobRange, guardBlobs } from '../../core/storage.ts';
import { blaming } from './store-database.ts';

interface BlobSchema extends DBSchema {
  meta: { key: 'total'; value: number };
  index: { key: string; value: { hash: string; size: number; added: number } };
  bytes: { key: string; value: Uint8Array };
}

const VERSION = 1;
const TABLES: ('meta' | 'index' | 'bytes')[] = ['meta', 'index', 'bytes'];
const STRICT = { durability: 'strict' } as const;

/** Opens or creates the database. Rejects with StorageError where that cannot be. */
export async function openBlobs(databaseName: string, { clock }: { clock: Pick<Clock, 'now'> }): Promise<BlobStore> {
  const doing = <T>(what: string, work: () => Promise<T>): Promise<T> => blaming(what, databaseName, work);
  const database = await doing('open', () => open(databaseName));
  const total = async (): Promise<number> => (await database.get('meta', 'total')) ?? 0;
  return guardBlobs({
    put: (hash, bytes) => doing('write', () => put(database, hash, bytes, clock.now())),
    get: (hash, start, end) => doing('read', () => get(database, hash, start, end)),
    size: (hash) => doing('read', async () => (await database.get('index', hash))?.size),
    delete: (hash) => doing('write', () => remove(database, hash)),
    total: () => doing('read', total),
    list: (limit, after = '') => doing('read', () => list(database, limit, after)),
    close: async () => database.close(),
  });
}

async function open(name: string): Promise<IDBPDatabase<BlobSchema>> {
  const database = await openDB<BlobSchema>(name, VERSION, {
    upgrade: (fresh) => {
      fresh.createObjectStore('meta').put(0, 'total');
      fresh.createObjectStore('index', { keyPath: 'hash' });
      fresh.createObjectStore('bytes');
    },
    // A tab with a newer version of the page waits for this one to let go.
    blocking: () => database.close(),
  });
  return database;
}

async function put(
  database: IDBPDatabase<BlobSchema>,
  hash: string,
  bytes: Uint8Array,
  added: number,
): Promise<'stored' | 'known'> {
  const tx = database.transaction(TABLES, 'readwrite', STRICT);
  const work = async (): Promise<'stored' | 'known'> => {
    if ((await tx.objectStore('index').getKey(hash)) !== undefined) return 'known';
    await tx.objectStore('index').put({ hash, size: bytes.length, added });
    await tx.objectStore('bytes').put(bytes, hash);
    await grow(tx.objectStore('meta'), bytes.length);
    return 'stored';
  };
  const [outcome] = await Promise.all([work(), tx.done]);
  return outcome;
}

async function remove(database: IDBPDatabase<BlobSchema>, hash: string): Promise<void> {
  const tx = database.transaction(TABLES, 'readwrite', STRICT);
  const work = async (): Promise<void> => {
    const row = await tx.objectStore('index').get(hash);
    if (row === undefined) return;
    await tx.objectStore('index').delete(hash);
    await tx.objectStore('bytes').delete(hash);
    await grow(tx.objectStore('meta'), -row.size);
  };
  await Promise.all([work(), tx.done]);
}

async function grow(
  meta: { get(key: 'total'): Promise<number | undefined>; put(value: number, key: 'total'): Promise<unknown> },
  by: number,
): Promise<void> {
  await meta.put(((await meta.get('total')) ?? 0) + by, 'total');
}

async function get(
  database: IDBPDatabase<BlobSchema>,
  hash: string,
  start?: number,
  end?: number,
): Promise<Uint8Array | undefined> {
  const bytes = await database.get('bytes', hash);
  const range = blobRange(bytes?.length ?? 0, start, end);
  return bytes?.slice(range.start, range.end);
}

async function list(database: IDBPDatabase<BlobSchema>, limit: number, after: string) {
  return limit === 0 ? [] : database.getAll('index', IDBKeyRange.lowerBound(after, true), limit);
}

/**
 * The index of a blob store: every blob's size, the bytes of small ones, and their sum. Used inside the storage
 * worker only; files are the main thread's (blobs.ts).
 */
import type { DatabaseSync } from 'node:sqlite';
import { blobRange } from '../../core/storage.ts';
import { closeDatabase, openDatabase } from './store-database.ts';
import type { Engine } from './store-group.ts';
import type { BlobRequest, Opened } from './store-protocol.ts';

/** "PipB" */
const BLOBS_ID = 0x50697042;

const BLOBS_MIGRATIONS = [
  `CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
   INSERT INTO meta VALUES ('total', '0');
   CREATE TABLE blobs (n INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, size INTEGER NOT NULL,
     added INTEGER NOT NULL, bytes BLOB) STRICT`,
] as const;

/** What the index says of a blob, and whether a file holds its bytes. */
export type Kept = { size: number; file: boolean };

/** Where a blob is: its bytes, else its size and that a file holds it. */
export type Found = { size: number; bytes: Uint8Array } | { size: number; bytes: null };

export interface BlobEngine extends Engine<BlobRequest> {
  readonly opened: Opened;
  close(): void;
}

export function openBlobEngine(path: string): BlobEngine {
  const database = openDatabase(path, BLOBS_ID, BLOBS_MIGRATIONS);
  const { sql, epoch, clean } = database;
  const index = blobIndex(sql);
  return {
    path,
    sql,
    opened: { epoch, clean },
    isWrite: ({ ask }) => ask === 'keep' || ask === 'drop',
    perform: index.perform,
    flush: index.flush,
    reset: index.reset,
    close: () => closeDatabase(database),
  };
}

/** An empty blob is bound as NULL, as SQLite has no pointer to nothing. */
function blobIndex(sql: DatabaseSync) {
  const statement = {
    total: sql.prepare("SELECT value FROM meta WHERE key = 'total'"),
    setTotal: sql.prepare("UPDATE meta SET value = ? WHERE key = 'total'"),
    add: sql.prepare('INSERT INTO blobs (hash, size, added, bytes) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING'),
    drop: sql.prepare('DELETE FROM blobs WHERE hash = ? RETURNING size, bytes IS NULL AND size > 0 AS file'),
    look: sql.prepare('SELECT size, bytes IS NULL AND size > 0 AS file FROM blobs WHERE hash = ?'),
    bytes: sql.prepare('SELECT substr(bytes, ? + 1, ?) AS bytes FROM blobs WHERE hash = ?'),
    list: sql.prepare('SELECT hash, size, added FROM blobs WHERE hash > ? ORDER BY hash LIMIT ?'),
  };
  const readTotal = (): number => Number(statement.total.get()?.value);
  let total = readTotal();

  const keep = ({ hash, size, added, bytes }: Extract<BlobRequest, { ask: 'keep' }>): 'stored' | 'known' => {
    const row = statement.add.run(Buffer.from(hash, 'hex'), size, added, bytes ?? null);
    if (row.changes === 0) return 'known';
    total += size;
    return 'stored';
  };
  /** Whether there is a file to remove. */
  const drop = (hash: string): boolean => {
    const row = statement.drop.get(Buffer.from(hash, 'hex'));
    total -= Number(row?.size ?? 0);
    return row?.file === 1;
  };
  const look = (hash: string): Kept | undefined => {
    const row = statement.look.get(Buffer.from(hash, 'hex'));
    return row && { size: Number(row.size), file: row.file === 1 };
  };
  const read = (request: Extract<BlobRequest, { ask: 'read' }>): Found | undefined => {
    const found = look(request.hash);
    if (found === undefined || found.file) return found && { size: found.size, bytes: null };
    const { start, end } = blobRange(found.size, request.start, request.end);
    const row = statement.bytes.get(start, end - start, Buffer.from(request.hash, 'hex'));
    return { size: found.size, bytes: (row?.bytes as Uint8Array | null | undefined) ?? new Uint8Array(0) };
  };
  const list = (limit: number, after: string) =>
    statement.list.all(Buffer.from(after, 'hex'), limit).map(({ hash, size, added }) => ({
      hash: Buffer.from(hash as Uint8Array).toString('hex'),
      size: Number(size),
      added: Number(added),
    }));

  return {
    perform: (request: BlobRequest): unknown => {
      switch (request.ask) {
        case 'keep':
          return keep(request);
        case 'drop':
          return drop(request.hash);
        case 'read':
          return read(request);
        case 'look':
          return look(request.hash);
        case 'total':
          return total;
        case 'list':
          return list(request.limit, request.after);
      }
    },
    flush: () => {
      statement.setTotal.run(String(total));
    },
    reset: () => {
      total = readTotal();
    },
  };
}

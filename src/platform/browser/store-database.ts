/**
 * The Store's IndexedDB database, and IndexedDB's failures in words. Several tabs may have it open: each
 * transaction sees the others' whole, so counters live in the database and nowhere else.
 */
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from 'idb';
import { toHex } from '../../core/bytes.ts';
import { StorageError } from '../../core/errors.ts';
import type { LogInfo } from '../../core/ports.ts';

export interface PlacementRow {
  scope: string;
  arrival: number;
  time: number;
  id: Uint8Array<ArrayBuffer>;
  received: number;
  expires: number;
  hint: string;
  /** The same as `expires` where that is not 0: rows without it are not in the index. */
  due?: number;
}

export interface ScopeRow {
  scope: string;
  created: number;
  count: number;
  latest: number;
}

export type LogRow = LogInfo;

export interface EntryRow {
  author: string;
  depth: number;
  id: Uint8Array<ArrayBuffer>;
  kind: string;
  bytes: Uint8Array;
  received: number;
  arrival: number;
}

export interface StoreSchema extends DBSchema {
  meta: { key: string; value: string | number };
  scopes: { key: string; value: ScopeRow };
  envelopes: { key: Uint8Array<ArrayBuffer>; value: { bytes: Uint8Array; places: number } };
  placements: {
    key: [string, number];
    value: PlacementRow;
    indexes: { time: [string, number, Uint8Array<ArrayBuffer>]; id: [string, Uint8Array<ArrayBuffer>]; due: number };
  };
  records: { key: [string, string]; value: { space: string; key: string; value: string } };
  logs: { key: string; value: LogRow };
  entries: {
    key: [string, number];
    value: EntryRow;
    indexes: {
      id: Uint8Array<ArrayBuffer>;
      arrival: number;
      author: [string, number];
      kind: [string, number];
      'author and kind': [string, string, number];
    };
  };
}

export const TABLES = ['meta', 'scopes', 'envelopes', 'placements', 'records', 'logs', 'entries'] as const;
export type Tables = (typeof TABLES)[number][];
export type StoreDatabase = IDBPDatabase<StoreSchema>;
export type Writing = IDBPTransaction<StoreSchema, Tables, 'readwrite'>;
export type Reading = IDBPTransaction<StoreSchema, Tables, 'readonly'>;

const VERSION = 2;

export function openStoreDatabase(name: string): Promise<StoreDatabase> {
  return blaming('open', name, async () => {
    const database = await openDB<StoreSchema>(name, VERSION, {
      upgrade: (fresh, oldVersion) => {
        if (oldVersion < 1) createTables(fresh);
        if (oldVersion < 2) createLogTables(fresh);
      },
      // A tab with a newer version of the page waits for this one to let go.
      blocking: () => database.close(),
    });
    return database;
  });
}

/** Everything after this key in an array key: arrays are greater than whatever else a key can hold. */
export const END: [] = [];

/** Runs `work`; what IndexedDB says of a failure becomes a StorageError that names the cure. */
export async function blaming<T>(doing: string, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StorageError) throw error;
    throw new StorageError(`Cannot ${doing} database ${name}: ${explain(error)}`, { cause: error });
  }
}

function createTables(fresh: StoreDatabase): void {
  const meta = fresh.createObjectStore('meta');
  fresh.createObjectStore('scopes', { keyPath: 'scope' });
  fresh.createObjectStore('envelopes');
  const placements = fresh.createObjectStore('placements', { keyPath: ['scope', 'arrival'] });
  placements.createIndex('time', ['scope', 'time', 'id'], { unique: true });
  placements.createIndex('id', ['scope', 'id'], { unique: true });
  placements.createIndex('due', 'due');
  fresh.createObjectStore('records', { keyPath: ['space', 'key'] });
  meta.put(toHex(crypto.getRandomValues(new Uint8Array(8))), 'epoch');
  meta.put(0, 'arrival');
}

function createLogTables(fresh: StoreDatabase): void {
  fresh.createObjectStore('logs', { keyPath: 'author' });
  const entries = fresh.createObjectStore('entries', { keyPath: ['author', 'depth'] });
  entries.createIndex('id', 'id');
  entries.createIndex('arrival', 'arrival', { unique: true });
  entries.createIndex('author', ['author', 'arrival']);
  entries.createIndex('kind', ['kind', 'arrival']);
  entries.createIndex('author and kind', ['author', 'kind', 'arrival']);
}

function explain(error: unknown): string {
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  switch (name) {
    case 'VersionError':
      return `expected version ${VERSION} or older, got a newer one; reload the page to get its newest version`;
    case 'QuotaExceededError':
      return 'the browser has no room left for it; free some and try again';
    case 'InvalidStateError':
      return 'the browser or a newer version of the page in another tab has closed it; reload the page';
    default:
      return message === '' ? name : message;
  }
}

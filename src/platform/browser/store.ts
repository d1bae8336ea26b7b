/**
 * Store over IndexedDB (decisions/0005-storage.md): durable when acknowledged, shared by all tabs of an origin.
 * What several tabs commit at once is ordered by the browser's transactions.
 */
import type { Clock, Store, StoreOutcome } from '../../core/ports.ts';
import { guardStore } from '../../core/storage.ts';
import { blaming, openStoreDatabase, type Reading, TABLES, type Tables, type Writing } from './store-database.ts';
import { entriesAfter, findEntry, findLog, listEntries, listLogs } from './store-logs.ts';
import { groupQueue } from './store-queue.ts';
import {
  countRecords,
  findPlaced,
  latestPlaced,
  listRecords,
  listScopes,
  placedAfter,
  placedSince,
} from './store-reads.ts';
import { type Batch, commitAll, sweepSome } from './store-writes.ts';

/** How many placements one transaction of a sweep deletes; others commit and read between two of them. */
const SWEEP_STEP = 256;

/** Opens or creates the database. Rejects with StorageError where that cannot be. */
export async function openStore(databaseName: string, { clock }: { clock: Pick<Clock, 'now'> }): Promise<Store> {
  const database = await openStoreDatabase(databaseName);
  const tables: Tables = [...TABLES];
  const read = <T>(work: (tx: Reading, now: number) => Promise<T>): Promise<T> =>
    blaming('read', databaseName, () => work(database.transaction(tables, 'readonly'), clock.now()));
  const write = <T>(work: (tx: Writing) => Promise<T>): Promise<T> =>
    blaming('write', databaseName, () => {
      return whole(database.transaction(tables, 'readwrite', { durability: 'strict' }), work);
    });
  const commits = groupQueue<Batch, StoreOutcome[]>((batches) => write((tx) => commitAll(tx, batches)));
  const sweep = async (now: number): Promise<number> => {
    let gone = 0;
    for (let step = SWEEP_STEP; step === SWEEP_STEP; gone += step) {
      step = await write((tx) => sweepSome(tx, now, SWEEP_STEP));
    }
    return gone;
  };
  return guardStore({
    epoch: String(await read((tx) => tx.objectStore('meta').get('epoch'))),
    commit: (batch) => commits.add({ now: clock.now(), ops: batch }),
    find: (scope, time, id) => read((tx, now) => findPlaced(tx, now, { scope, time, id })),
    latest: (scope, limit, before) => read((tx, now) => latestPlaced(tx, now, { scope, limit, before })),
    since: (scope, time, limit) => read((tx, now) => placedSince(tx, now, { scope, time, limit })),
    arrivals: (scope, after, limit) => read((tx, now) => placedAfter(tx, now, { scope, after, limit })),
    scopes: (prefix, limit) => read(async (tx) => (await listScopes(tx, prefix)).slice(0, limit)),
    totals: (prefix) => read(async (tx) => totalsOf(await listScopes(tx, prefix))),
    record: (space, key) => read(async (tx) => (await tx.objectStore('records').get([space, key]))?.value),
    records: (space, limit, after = '') => read((tx) => listRecords(tx, space, limit, after)),
    count: (space) => read((tx) => countRecords(tx, space)),
    log: (author) => read((tx) => findLog(tx, author)),
    logs: (limit, after = '') => read((tx) => listLogs(tx, limit, after)),
    entries: (author, from, limit) => read((tx) => listEntries(tx, author, from, limit)),
    entryById: (id) => read((tx) => findEntry(tx, id)),
    entriesByArrival: (after, limit, filter = {}) => read((tx) => entriesAfter(tx, after, limit, filter)),
    sweep,
    close: async () => database.close(),
  });
}

/** All of `work` is on disk when this resolves, or none of it is anywhere. */
async function whole<T>(tx: Writing, work: (tx: Writing) => Promise<T>): Promise<T> {
  const done = tx.done;
  done.catch(() => undefined);
  try {
    const result = await work(tx);
    await done;
    return result;
  } catch (error) {
    abort(tx);
    await done.catch(() => undefined);
    throw error;
  }
}

function abort(tx: Writing): void {
  try {
    tx.abort();
  } catch {
    // It has ended by itself: that is why we are here.
  }
}

const totalsOf = (scopes: readonly { count: number }[]): { scopes: number; placements: number } => ({
  scopes: scopes.length,
  placements: scopes.reduce((sum, { count }) => sum + count, 0),
});

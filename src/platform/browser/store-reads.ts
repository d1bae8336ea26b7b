/** What can be asked of a Store over IndexedDB, each inside one read-only transaction. */
import type { Placed, ScopeInfo, StoreRecord } from '../../core/ports.ts';
import { END, type PlacementRow, type Reading } from './store-database.ts';

export async function findPlaced(
  tx: Reading,
  now: number,
  at: { scope: string; time: number; id: Uint8Array },
): Promise<Placed | undefined> {
  const row = await tx
    .objectStore('placements')
    .index('time')
    .get([at.scope, at.time, new Uint8Array(at.id)]);
  return row === undefined || hasExpired(row, now) ? undefined : (await withEnvelopes(tx, [row]))[0];
}

export async function latestPlaced(
  tx: Reading,
  now: number,
  at: { scope: string; limit: number; before: number | undefined },
): Promise<Placed[]> {
  const range =
    at.before === undefined
      ? IDBKeyRange.bound([at.scope], [at.scope, END])
      : IDBKeyRange.bound([at.scope], [at.scope, at.before], false, true);
  const rows: PlacementRow[] = [];
  let cursor = at.limit === 0 ? null : await tx.objectStore('placements').index('time').openCursor(range, 'prev');
  while (cursor !== null && rows.length < at.limit) {
    if (!hasExpired(cursor.value, now)) rows.push(cursor.value);
    if (rows.length < at.limit) cursor = await cursor.continue();
  }
  return withEnvelopes(tx, rows.reverse());
}

export async function placedSince(
  tx: Reading,
  now: number,
  at: { scope: string; time: number; limit: number },
): Promise<Placed[]> {
  const index = tx.objectStore('placements').index('time');
  const end = [at.scope, END] as const;
  const rows = await readOn(now, at.limit, async (last, count) => {
    const start = last === undefined ? [at.scope, at.time, END] : [at.scope, last.time, last.id];
    return index.getAll(IDBKeyRange.bound(start, end, true), count);
  });
  return withEnvelopes(tx, rows);
}

export async function placedAfter(
  tx: Reading,
  now: number,
  at: { scope: string; after: number; limit: number },
): Promise<Placed[]> {
  const placements = tx.objectStore('placements');
  const end = [at.scope, END] as const;
  const rows = await readOn(now, at.limit, async (last, count) =>
    placements.getAll(IDBKeyRange.bound([at.scope, last?.arrival ?? at.after], end, true), count),
  );
  return withEnvelopes(tx, rows);
}

export async function listScopes(tx: Reading, prefix: string): Promise<ScopeInfo[]> {
  const rows = await tx.objectStore('scopes').getAll(IDBKeyRange.bound(prefix, `${prefix}\uffff`));
  return rows.sort((a, b) => b.latest - a.latest || (a.scope < b.scope ? -1 : 1));
}

export async function listRecords(tx: Reading, space: string, limit: number, after: string): Promise<StoreRecord[]> {
  if (limit === 0) return [];
  const range = IDBKeyRange.bound([space, after], [space, END], true);
  const rows = await tx.objectStore('records').getAll(range, limit);
  return rows.map(({ key, value }) => ({ key, value }));
}

export const countRecords = (tx: Reading, space: string): Promise<number> =>
  tx.objectStore('records').count(IDBKeyRange.bound([space], [space, END]));

const hasExpired = (row: PlacementRow, now: number): boolean => row.expires !== 0 && row.expires <= now;

/** Reads page after page until `limit` rows that have not expired are there, or no more. */
async function readOn(
  now: number,
  limit: number,
  page: (last: PlacementRow | undefined, count: number) => Promise<PlacementRow[]>,
): Promise<PlacementRow[]> {
  const rows: PlacementRow[] = [];
  let last: PlacementRow | undefined;
  while (rows.length < limit) {
    const wanted = limit - rows.length;
    const read = await page(last, wanted);
    rows.push(...read.filter((row) => !hasExpired(row, now)));
    last = read.at(-1);
    if (read.length < wanted) break;
  }
  return rows;
}

async function withEnvelopes(tx: Reading, rows: readonly PlacementRow[]): Promise<Placed[]> {
  const envelopes = await Promise.all(rows.map(({ id }) => tx.objectStore('envelopes').get(id)));
  return rows.map(({ due: _, ...row }, i) => ({ ...row, envelope: envelopes[i]?.bytes ?? new Uint8Array(0) }));
}

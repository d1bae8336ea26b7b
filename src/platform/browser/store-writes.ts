/**
 * The Store's operations inside one IndexedDB transaction. The arrival counter and the statistics of the scopes
 * touched are read once, kept in memory, and written at its end; a transaction that aborts takes them along.
 */
import type { StoreOp, StoreOutcome } from '../../core/ports.ts';
import { END, type PlacementRow, type ScopeRow, type Writing } from './store-database.ts';
import { applyToLogs } from './store-logs.ts';

export interface Batch {
  readonly now: number;
  readonly ops: readonly StoreOp[];
}

type Place = Extract<StoreOp, { op: 'place' }>;

interface Session {
  readonly tx: Writing;
  readonly scopes: Map<string, Scope>;
  arrival: number;
}

interface Scope extends ScopeRow {
  /** The placement of the greatest time went: to be looked up. */
  stale: boolean;
}

export async function commitAll(tx: Writing, batches: readonly Batch[]): Promise<StoreOutcome[][]> {
  const session = await begin(tx);
  const outcomes: StoreOutcome[][] = [];
  for (const { now, ops } of batches) {
    const of: StoreOutcome[] = [];
    for (const op of ops) of.push(await apply(session, op, now));
    outcomes.push(of);
  }
  await finish(session);
  return outcomes;
}

/** Deletes at most `limit` of what has expired; returns how many went. */
export async function sweepSome(tx: Writing, now: number, limit: number): Promise<number> {
  const session = await begin(tx);
  const due = await tx.objectStore('placements').index('due').getAll(IDBKeyRange.upperBound(now), limit);
  for (const row of due) await remove(session, row);
  await finish(session);
  return due.length;
}

async function begin(tx: Writing): Promise<Session> {
  return { tx, scopes: new Map(), arrival: Number(await tx.objectStore('meta').get('arrival')) };
}

async function finish({ tx, scopes, arrival }: Session): Promise<void> {
  await tx.objectStore('meta').put(arrival, 'arrival');
  for (const { stale, ...row } of scopes.values()) {
    if (row.count === 0) await tx.objectStore('scopes').delete(row.scope);
    else await tx.objectStore('scopes').put(stale ? { ...row, latest: await latestTime(tx, row.scope) } : row);
  }
}

async function latestTime(tx: Writing, scope: string): Promise<number> {
  const range = IDBKeyRange.bound([scope], [scope, END]);
  const cursor = await tx.objectStore('placements').index('time').openKeyCursor(range, 'prev');
  return cursor?.key[1] ?? 0;
}

async function apply(session: Session, op: StoreOp, now: number): Promise<StoreOutcome> {
  const records = session.tx.objectStore('records');
  switch (op.op) {
    case 'place':
      return place(session, op, now);
    case 'remove': {
      const row = await session.tx
        .objectStore('placements')
        .index('id')
        .get([op.scope, new Uint8Array(op.id)]);
      if (row?.time === op.time) await remove(session, row);
      return { outcome: 'done' };
    }
    case 'put': {
      const present = op.ifAbsent === true ? await records.get([op.space, op.key]) : undefined;
      if (present !== undefined) return { outcome: 'present', value: present.value };
      await records.put({ space: op.space, key: op.key, value: op.value });
      return { outcome: 'done' };
    }
    case 'delete':
      await records.delete([op.space, op.key]);
      return { outcome: 'done' };
    default:
      return applyToLogs(session.tx, op);
  }
}

async function place(session: Session, op: Place, now: number): Promise<StoreOutcome> {
  const id = new Uint8Array(op.id);
  const placements = session.tx.objectStore('placements');
  const known = await placements.index('id').get([op.scope, id]);
  if (known !== undefined && (known.expires === 0 || known.expires > now)) {
    return { outcome: 'known', arrival: known.arrival };
  }
  if (known !== undefined) await remove(session, known);
  await keepEnvelope(session, id, op.envelope);
  const arrival = ++session.arrival;
  const { scope, time, received, expires, hint } = op;
  const due = expires === 0 ? {} : { due: expires };
  await placements.add({ scope, arrival, time, id, received, expires, hint, ...due });
  const scopeRow = await scopeOf(session, scope);
  if (scopeRow.count === 0) Object.assign(scopeRow, { created: received, latest: time, stale: false });
  else scopeRow.latest = Math.max(scopeRow.latest, time);
  scopeRow.count++;
  return { outcome: 'inserted', arrival };
}

/** The bytes that came first stay: an id names the signed part, and one copy serves all scopes. */
async function keepEnvelope({ tx }: Session, id: Uint8Array<ArrayBuffer>, bytes: Uint8Array): Promise<void> {
  const envelopes = tx.objectStore('envelopes');
  const kept = (await envelopes.get(id)) ?? { bytes, places: 0 };
  await envelopes.put({ ...kept, places: kept.places + 1 }, id);
}

async function remove(session: Session, row: PlacementRow): Promise<void> {
  const envelopes = session.tx.objectStore('envelopes');
  await session.tx.objectStore('placements').delete([row.scope, row.arrival]);
  const kept = await envelopes.get(row.id);
  if (kept !== undefined && kept.places > 1) await envelopes.put({ ...kept, places: kept.places - 1 }, row.id);
  else await envelopes.delete(row.id);
  const scope = await scopeOf(session, row.scope);
  if (scope.latest === row.time) scope.stale = true;
  scope.count--;
}

async function scopeOf({ tx, scopes }: Session, name: string): Promise<Scope> {
  const known = scopes.get(name);
  if (known !== undefined) return known;
  const stored = await tx.objectStore('scopes').get(name);
  const scope = { ...(stored ?? { scope: name, created: 0, count: 0, latest: 0 }), stale: false };
  scopes.set(name, scope);
  return scope;
}

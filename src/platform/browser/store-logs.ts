/** The Store's logs inside one IndexedDB transaction. */
import { equal } from '../../core/bytes.ts';
import type { LogEntryRow, LogFilter, LogInfo, StoreOp, StoreOutcome } from '../../core/ports.ts';
import { END, type EntryRow, type LogRow, type Reading, type Writing } from './store-database.ts';

export type LogOp = Extract<StoreOp, { op: 'append' | 'verified' | 'truncate' | 'forget' }>;
type Append = Extract<LogOp, { op: 'append' }>;

export async function applyToLogs(tx: Writing, op: LogOp): Promise<StoreOutcome> {
  const log = await tx.objectStore('logs').get(op.author);
  if (op.op === 'append') return append(tx, log, op);
  if (log === undefined) return { outcome: 'done' };
  if (op.op === 'verified') await verify(tx, log, Math.min(op.through, log.next - 1));
  else await truncate(tx, log, op.op === 'forget' ? 0 : op.depth);
  return { outcome: 'done' };
}

export const findLog = async (tx: Reading, author: string): Promise<LogInfo | undefined> =>
  tx.objectStore('logs').get(author);

export async function listLogs(tx: Reading, limit: number, after: string): Promise<LogInfo[]> {
  return limit === 0 ? [] : tx.objectStore('logs').getAll(IDBKeyRange.lowerBound(after, true), limit);
}

export async function listEntries(tx: Reading, author: string, from: number, limit: number): Promise<LogEntryRow[]> {
  if (limit === 0) return [];
  return rowsOf(tx, await tx.objectStore('entries').getAll(IDBKeyRange.bound([author, from], [author, END]), limit));
}

export async function findEntry(tx: Reading, id: Uint8Array): Promise<LogEntryRow | undefined> {
  const row = await tx.objectStore('entries').index('id').get(new Uint8Array(id));
  return row && (await rowsOf(tx, [row]))[0];
}

export async function entriesAfter(
  tx: Reading,
  after: number,
  limit: number,
  { author, kind }: LogFilter,
): Promise<LogEntryRow[]> {
  if (limit === 0) return [];
  const entries = tx.objectStore('entries');
  const within = (...start: string[]) => IDBKeyRange.bound([...start, after], [...start, END], true);
  if (author !== undefined && kind !== undefined) {
    return rowsOf(tx, await entries.index('author and kind').getAll(within(author, kind), limit));
  }
  if (author !== undefined) return rowsOf(tx, await entries.index('author').getAll(within(author), limit));
  if (kind !== undefined) return rowsOf(tx, await entries.index('kind').getAll(within(kind), limit));
  return rowsOf(tx, await entries.index('arrival').getAll(IDBKeyRange.lowerBound(after, true), limit));
}

async function append(tx: Writing, log: LogRow | undefined, op: Append): Promise<StoreOutcome> {
  const next = log?.next ?? 0;
  if (op.depth > next) return { outcome: 'gap', next };
  if (log !== undefined && op.depth < next) return again(tx, log, op);
  const arrival = Number((await tx.objectStore('meta').get('log-arrival')) ?? 0) + 1;
  const { author, depth, kind, received } = op;
  const id = new Uint8Array(op.id);
  await tx.objectStore('meta').put(arrival, 'log-arrival');
  await tx.objectStore('entries').add({ author, depth, id, kind, bytes: op.bytes, received, arrival });
  const before = log?.verifiedThrough ?? -1;
  const verifiedThrough = op.verified && before === depth - 1 ? depth : before;
  await tx
    .objectStore('logs')
    .put({ author, dialect: log?.dialect ?? op.dialect, next: next + 1, head: id, verifiedThrough });
  return { outcome: 'inserted', arrival };
}

async function again(tx: Writing, log: LogRow, op: Append): Promise<StoreOutcome> {
  const row = (await tx.objectStore('entries').get([op.author, op.depth])) as EntryRow;
  if (!equal(row.id, op.id)) return { outcome: 'forked', id: row.id };
  if (op.verified && log.verifiedThrough === op.depth - 1) await verify(tx, log, op.depth);
  return { outcome: 'known', arrival: row.arrival };
}

async function verify(tx: Writing, log: LogRow, through: number): Promise<void> {
  await tx.objectStore('logs').put({ ...log, verifiedThrough: Math.max(log.verifiedThrough, through) });
}

async function truncate(tx: Writing, log: LogRow, depth: number): Promise<void> {
  if (depth >= log.next) return;
  await tx.objectStore('entries').delete(IDBKeyRange.bound([log.author, depth], [log.author, END]));
  const last = depth === 0 ? undefined : await tx.objectStore('entries').get([log.author, depth - 1]);
  if (last === undefined) await tx.objectStore('logs').delete(log.author);
  else {
    const verifiedThrough = Math.min(log.verifiedThrough, depth - 1);
    await tx.objectStore('logs').put({ ...log, next: depth, head: last.id, verifiedThrough });
  }
}

async function rowsOf(tx: Reading, rows: readonly EntryRow[]): Promise<LogEntryRow[]> {
  const authors = [...new Set(rows.map(({ author }) => author))];
  const logs = new Map(await Promise.all(authors.map(async (a) => [a, await tx.objectStore('logs').get(a)] as const)));
  return rows.map((row) => {
    const log = logs.get(row.author);
    return { ...row, dialect: log?.dialect ?? '2020-06', verified: row.depth <= (log?.verifiedThrough ?? -1) };
  });
}

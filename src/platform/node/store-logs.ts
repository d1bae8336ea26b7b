/**
 * The Store's logs as statements (decisions/0005-storage.md). Rows are numbered by their arrival, so that inserts
 * append; the index on (log, depth) is a log's order. What is known of the logs touched is gathered in memory during a
 * transaction and written at its end. Look-ups by id go through store-log-ids.ts.
 */
import type { DatabaseSync } from 'node:sqlite';
import { equal, fromHex, toHex } from '../../core/bytes.ts';
import type { LogDialect, LogInfo, StoreOp, StoreOutcome } from '../../core/ports.ts';
import { logIds } from './store-log-ids.ts';

type LogOp = Extract<StoreOp, { op: 'append' | 'verified' | 'truncate' | 'forget' }>;
type Append = Extract<StoreOp, { op: 'append' }>;

export interface Log {
  readonly n: number;
  readonly author: string;
  dialect: LogDialect;
  next: number;
  head: Uint8Array;
  verified: number;
}

/** How many logs are remembered between transactions. */
const REMEMBERED = 1024;

export type Logs = ReturnType<typeof storeLogs>;

export function storeLogs(sql: DatabaseSync) {
  const statement = {
    log: sql.prepare('SELECT n, dialect, next, head, verified FROM logs WHERE author = ?'),
    addLog: sql.prepare("INSERT INTO logs (author, dialect, next, head, verified) VALUES (?, ?, 0, x'', -1)"),
    setLog: sql.prepare('UPDATE logs SET next = ?, head = ?, verified = ? WHERE n = ?'),
    dropLog: sql.prepare('DELETE FROM logs WHERE n = ?'),
    arrival: sql.prepare("SELECT value FROM meta WHERE key = 'log-arrival'"),
    setArrival: sql.prepare("UPDATE meta SET value = ? WHERE key = 'log-arrival'"),
    add: sql.prepare('INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)'),
    at: sql.prepare('SELECT arrival, id FROM entries WHERE log = ? AND depth = ?'),
    from: sql.prepare('SELECT arrival, id FROM entries WHERE log = ? AND depth >= ?'),
    drop: sql.prepare('DELETE FROM entries WHERE log = ? AND depth >= ?'),
  };
  const ids = logIds(sql);
  const known = new Map<string, Log>();
  const changed = new Set<Log>();
  const readArrival = (): number => Number(statement.arrival.get()?.value);
  let arrival = readArrival();
  let written = arrival;

  const find = (author: string): Log | undefined => {
    const remembered = known.get(author);
    if (remembered !== undefined) return remembered;
    const row = statement.log.get(fromHex(author) as Uint8Array);
    return row && remember({ author, ...row } as unknown as Log);
  };
  const remember = (log: Log): Log => {
    known.set(log.author, log);
    return log;
  };
  const create = ({ author, dialect }: Append): Log => {
    const n = Number(statement.addLog.run(fromHex(author) as Uint8Array, dialect).lastInsertRowid);
    return remember({ n, author, dialect, next: 0, head: new Uint8Array(), verified: -1 });
  };
  const verifyTo = (log: Log, through: number): void => {
    log.verified = Math.max(log.verified, through);
    changed.add(log);
  };

  const append = (op: Append): StoreOutcome => {
    const log = find(op.author);
    const next = log?.next ?? 0;
    if (op.depth > next) return { outcome: 'gap', next };
    if (log !== undefined && op.depth < next) return again(log, op);
    return insert(log ?? create(op), op);
  };
  const again = (log: Log, op: Append): StoreOutcome => {
    const row = statement.at.get(log.n, op.depth) as { arrival: number; id: Uint8Array };
    if (!equal(row.id, op.id)) return { outcome: 'forked', id: row.id };
    if (op.verified && log.verified === op.depth - 1) verifyTo(log, op.depth);
    return { outcome: 'known', arrival: row.arrival };
  };
  const insert = (log: Log, op: Append): StoreOutcome => {
    arrival++;
    statement.add.run(arrival, log.n, op.depth, op.id, op.kind, op.received, op.bytes);
    ids.add(op.id, arrival);
    log.next++;
    log.head = op.id;
    if (op.verified && log.verified === op.depth - 1) log.verified = op.depth;
    changed.add(log);
    return { outcome: 'inserted', arrival };
  };

  const truncate = (log: Log, depth: number): void => {
    if (depth >= log.next) return;
    for (const row of statement.from.iterate(log.n, depth)) ids.remove(row.id as Uint8Array, Number(row.arrival));
    statement.drop.run(log.n, depth);
    log.next = depth;
    log.head = (statement.at.get(log.n, depth - 1)?.id as Uint8Array | undefined) ?? new Uint8Array();
    log.verified = Math.min(log.verified, depth - 1);
    changed.add(log);
    if (depth > 0) return;
    statement.dropLog.run(log.n);
    changed.delete(log);
    known.delete(log.author);
  };

  return {
    apply: (op: LogOp): StoreOutcome => {
      if (op.op === 'append') return append(op);
      const log = find(op.author);
      if (log === undefined) return { outcome: 'done' };
      if (op.op === 'verified') verifyTo(log, Math.min(op.through, log.next - 1));
      else truncate(log, op.op === 'forget' ? 0 : op.depth);
      return { outcome: 'done' };
    },
    find,
    /** The arrival of the entry, among those whose ids start alike the ones that may be it. */
    candidates: ids.candidates,
    flush: (): void => {
      for (const log of changed) statement.setLog.run(log.next, log.head, log.verified, log.n);
      changed.clear();
      if (known.size > REMEMBERED) known.clear();
      if (arrival !== written) statement.setArrival.run(String(arrival));
      written = arrival;
      ids.flush();
    },
    reset: (): void => {
      known.clear();
      changed.clear();
      arrival = readArrival();
      written = arrival;
      ids.reset();
    },
  };
}

export const infoOf = ({ author, dialect, next, head, verified }: Omit<Log, 'n'>): LogInfo => ({
  ...{ author, dialect, next, head, verifiedThrough: verified },
});

export const authorOf = (bytes: unknown): string => toHex(bytes as Uint8Array);

/** The logs of a Store in memory: the contract at its most obvious. */
import { equal, toHex } from '../../core/bytes.ts';
import type { LogEntryRow, LogFilter, LogInfo, Store, StoreOp, StoreOutcome } from '../../core/ports.ts';

export type LogOp = Extract<StoreOp, { op: 'append' | 'verified' | 'truncate' | 'forget' }>;
type LogReads = Pick<Store, 'log' | 'logs' | 'entries' | 'entryById' | 'entriesByArrival'>;
type Kept = Omit<LogEntryRow, 'verified'>;

interface Log {
  readonly entries: Kept[];
  verifiedThrough: number;
}

export interface MemoryLogs {
  apply(op: LogOp): StoreOutcome;
  readonly reads: LogReads;
}

export function createMemoryLogs(): MemoryLogs {
  const logs = new Map<string, Log>();
  const byId = new Map<string, Kept>();
  let arrival = 0;

  const append = (op: Extract<LogOp, { op: 'append' }>): StoreOutcome => {
    const log = logs.get(op.author) ?? { entries: [], verifiedThrough: -1 };
    const present = log.entries[op.depth];
    if (present === undefined && op.depth !== log.entries.length) return { outcome: 'gap', next: log.entries.length };
    if (present !== undefined && !equal(present.id, op.id)) {
      return { outcome: 'forked', id: new Uint8Array(present.id) };
    }
    if (op.verified && log.verifiedThrough === op.depth - 1) log.verifiedThrough = op.depth;
    if (present !== undefined) return { outcome: 'known', arrival: present.arrival };
    const { op: _, verified: __, ...fields } = op;
    const entry = { ...fields, dialect: log.entries[0]?.dialect ?? op.dialect, arrival: ++arrival };
    log.entries.push(entry);
    logs.set(op.author, log);
    byId.set(toHex(op.id), entry);
    return { outcome: 'inserted', arrival };
  };
  const truncate = (author: string, depth: number): void => {
    const log = logs.get(author);
    for (const entry of log?.entries.splice(depth) ?? []) byId.delete(toHex(entry.id));
    if (log !== undefined) log.verifiedThrough = Math.min(log.verifiedThrough, depth - 1);
    if (log?.entries.length === 0) logs.delete(author);
  };
  const rowOf = (entry: Kept): LogEntryRow => ({
    ...entry,
    id: new Uint8Array(entry.id),
    bytes: new Uint8Array(entry.bytes),
    verified: entry.depth <= (logs.get(entry.author)?.verifiedThrough ?? -1),
  });
  const infos = (): LogInfo[] =>
    [...logs].map(([author, log]) => infoOf(author, log)).sort((a, b) => (a.author < b.author ? -1 : 1));

  return {
    apply(op) {
      if (op.op === 'append') return append(op);
      const log = logs.get(op.author);
      if (op.op === 'truncate') truncate(op.author, op.depth);
      else if (op.op === 'forget') truncate(op.author, 0);
      else if (log) log.verifiedThrough = Math.max(log.verifiedThrough, Math.min(op.through, log.entries.length - 1));
      return { outcome: 'done' };
    },
    reads: {
      log: async (author) => infos().find((info) => info.author === author),
      logs: async (limit, after = '') =>
        infos()
          .filter(({ author }) => author > after)
          .slice(0, limit),
      entries: async (author, from, limit) =>
        (logs.get(author)?.entries ?? []).slice(from, from + limit).map((entry) => rowOf(entry)),
      entryById: async (id) => {
        const entry = byId.get(toHex(id));
        return entry && rowOf(entry);
      },
      entriesByArrival: async (after, limit, filter = {}) =>
        [...logs.values()]
          .flatMap(({ entries }) => entries)
          .filter((entry) => entry.arrival > after && fits(entry, filter))
          .sort((a, b) => a.arrival - b.arrival)
          .slice(0, limit)
          .map((entry) => rowOf(entry)),
    },
  };
}

const infoOf = (author: string, { entries, verifiedThrough }: Log): LogInfo => {
  const head = entries.at(-1) as Kept;
  return { author, dialect: head.dialect, next: entries.length, head: new Uint8Array(head.id), verifiedThrough };
};

const fits = (entry: Kept, { author, kind }: LogFilter): boolean =>
  (author === undefined || entry.author === author) && (kind === undefined || entry.kind === kind);

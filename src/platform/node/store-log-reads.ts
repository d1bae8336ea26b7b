/** What can be asked of a Store's logs, as statements prepared once. Each has an index to answer it. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { equal, fromHex } from '../../core/bytes.ts';
import type { LogEntryRow, LogFilter, LogInfo } from '../../core/ports.ts';
import { authorOf, infoOf, type Log, type Logs } from './store-logs.ts';
import type { LogRequest } from './store-protocol.ts';

const ROW = `SELECT l.author, e.depth, e.id, l.dialect, e.kind, e.bytes, e.received, e.arrival,
  e.depth <= l.verified AS verified FROM entries e JOIN logs l ON l.n = e.log`;

export function storeLogReads(sql: DatabaseSync, logs: Pick<Logs, 'find' | 'candidates'>) {
  const statement = {
    logs: sql.prepare(
      'SELECT author, dialect, next, head, verified FROM logs WHERE author > ? ORDER BY author LIMIT ?',
    ),
    entries: sql.prepare(`${ROW} WHERE e.log = ? AND e.depth >= ? ORDER BY e.depth LIMIT ?`),
    one: sql.prepare(`${ROW} WHERE e.arrival = ?`),
    depth: sql.prepare('SELECT arrival FROM entries WHERE log = ? AND depth = ?'),
    all: sql.prepare(`${ROW} WHERE e.arrival > ? ORDER BY e.arrival LIMIT ?`),
    kind: sql.prepare(`${ROW} WHERE e.kind = ? AND e.arrival > ? ORDER BY e.arrival LIMIT ?`),
    both: sql.prepare(`${ROW} WHERE e.log = ? AND e.kind = ? AND e.arrival > ? ORDER BY e.arrival LIMIT ?`),
  };
  const rows = (which: 'entries' | 'one' | 'all' | 'kind' | 'both', ...values: SQLInputValue[]): LogEntryRow[] =>
    statement[which].all(...values).map(rowOf);

  /** In one log, arrivals grow with depth. */
  const depthAfter = ({ n, next }: Log, after: number): number => {
    let low = 0;
    for (let high = next; low < high; ) {
      const middle = Math.floor((low + high) / 2);
      if (Number(statement.depth.get(n, middle)?.arrival) > after) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  const byArrival = (after: number, limit: number, { author, kind }: LogFilter): LogEntryRow[] => {
    if (author === undefined) return kind === undefined ? rows('all', after, limit) : rows('kind', kind, after, limit);
    const log = logs.find(author);
    if (log === undefined) return [];
    if (kind === undefined) return rows('entries', log.n, depthAfter(log, after), limit);
    return rows('both', log.n, kind, after, limit);
  };

  return (request: LogRequest): unknown => {
    switch (request.ask) {
      case 'log': {
        const log = logs.find(request.author);
        return log && infoOf(log);
      }
      case 'logs':
        return statement.logs.all(fromHex(request.after) as Uint8Array, request.limit).map(logOf);
      case 'entries': {
        const log = logs.find(request.author);
        return log === undefined ? [] : rows('entries', log.n, request.from, request.limit);
      }
      case 'entryById':
        return logs
          .candidates(request.id)
          .flatMap((arrival) => rows('one', arrival))
          .find(({ id }) => equal(id, request.id));
      case 'entriesByArrival':
        return byArrival(request.after, request.limit, request.filter);
    }
  };
}

const rowOf = (row: Record<string, unknown>): LogEntryRow =>
  ({ ...row, author: authorOf(row.author), verified: row.verified === 1 }) as unknown as LogEntryRow;

const logOf = (row: Record<string, unknown>): LogInfo =>
  infoOf({ ...row, author: authorOf(row.author) } as unknown as Log);

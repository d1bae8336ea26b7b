/**
 * What can be asked of a Store, as statements prepared once. Each has an index to answer it; the expired are
 * left out by the `now` that the caller hands in.
 */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Placed, ScopeInfo, StoreRecord } from '../../core/ports.ts';
import type { LogRequest, StoreRequest } from './store-protocol.ts';
import type { Scopes } from './store-scopes.ts';

export type Reads = ReturnType<typeof storeReads>;

const PLACED = `SELECT p.arrival, p.time, p.id, e.bytes AS envelope, p.received, p.expires, p.hint
  FROM placements p JOIN envelopes e ON e.n = p.envelope
  WHERE p.scope = :scope AND (p.expires = 0 OR p.expires > :now)`;

/** U+10FFFF is greater than any character that a name continues with. */
const STARTS = `name >= :prefix AND name < :prefix || char(0x10ffff)`;

export function storeReads(
  sql: DatabaseSync,
  scopes: Pick<Scopes, 'find'>,
  readLogs: (request: LogRequest) => unknown,
) {
  const statement = {
    find: sql.prepare(`${PLACED} AND p.time = :time AND p.id = :id`),
    latest: sql.prepare(`${PLACED} AND p.time < :before ORDER BY p.time DESC, p.id DESC LIMIT :limit`),
    newest: sql.prepare(`${PLACED} ORDER BY p.time DESC, p.id DESC LIMIT :limit`),
    since: sql.prepare(`${PLACED} AND p.time > :time ORDER BY p.time, p.id LIMIT :limit`),
    arrivals: sql.prepare(`${PLACED} AND p.arrival > :after ORDER BY p.arrival LIMIT :limit`),
    scopes: sql.prepare(
      `SELECT name AS scope, created, count, latest FROM scopes WHERE ${STARTS} ORDER BY latest DESC, name LIMIT :limit`,
    ),
    totals: sql.prepare(`SELECT count(*) AS scopes, coalesce(sum(count), 0) AS placements FROM scopes WHERE ${STARTS}`),
    record: sql.prepare('SELECT value FROM records WHERE space = ? AND key = ?'),
    records: sql.prepare('SELECT key, value FROM records WHERE space = ? AND key > ? ORDER BY key LIMIT ?'),
    count: sql.prepare('SELECT count(*) AS n FROM records WHERE space = ?'),
  };
  type Listing = 'find' | 'latest' | 'newest' | 'since' | 'arrivals';
  const placed = (which: Listing, scope: string, values: Record<string, SQLInputValue>): Placed[] => {
    const n = scopes.find(scope);
    if (n === undefined) return [];
    return statement[which].all({ ...values, scope: n }).map((row) => ({ scope, ...row }) as unknown as Placed);
  };

  return (request: Exclude<StoreRequest, { ask: 'commit' | 'sweep' }>): unknown => {
    switch (request.ask) {
      case 'find': {
        const { now, time, id } = request;
        return placed('find', request.scope, { now, time, id })[0];
      }
      case 'latest': {
        const { now, limit, before } = request;
        if (before === undefined) return placed('newest', request.scope, { now, limit }).reverse();
        return placed('latest', request.scope, { now, limit, before }).reverse();
      }
      case 'since': {
        const { now, time, limit } = request;
        return placed('since', request.scope, { now, time, limit });
      }
      case 'arrivals': {
        const { now, after, limit } = request;
        return placed('arrivals', request.scope, { now, after, limit });
      }
      case 'scopes':
        return plain<ScopeInfo>(statement.scopes.all({ prefix: request.prefix, limit: request.limit }));
      case 'totals':
        return { ...statement.totals.get({ prefix: request.prefix }) };
      case 'record':
        return statement.record.get(request.space, request.key)?.value;
      case 'records':
        return plain<StoreRecord>(statement.records.all(request.space, request.after, request.limit));
      case 'count':
        return statement.count.get(request.space)?.n;
      default:
        return readLogs(request);
    }
  };
}

/** Rows come without a prototype; what leaves the store are ordinary objects. */
const plain = <T>(rows: Record<string, unknown>[]): T[] => rows.map((row) => ({ ...row }) as T);

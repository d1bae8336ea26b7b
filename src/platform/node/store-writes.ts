/**
 * The Store's operations as statements, always inside a transaction. Arrivals come from a counter that is
 * written once a transaction: it only grows, also over deletions, and rolls back with what it numbered.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { StoreOp, StoreOutcome } from '../../core/ports.ts';
import type { Logs } from './store-logs.ts';
import type { Scopes } from './store-scopes.ts';

type Place = Extract<StoreOp, { op: 'place' }>;
interface Row {
  readonly arrival: number;
  readonly scope: number;
  readonly time: number;
  readonly envelope: number;
  readonly expires: number;
}

export type Writes = ReturnType<typeof storeWrites>;

export function storeWrites(sql: DatabaseSync, scopes: Scopes, logs: Logs) {
  const statement = {
    arrival: sql.prepare("SELECT value FROM meta WHERE key = 'arrival'"),
    setArrival: sql.prepare("UPDATE meta SET value = ? WHERE key = 'arrival'"),
    addEnvelope: sql.prepare('INSERT INTO envelopes (id, bytes) VALUES (?, ?) ON CONFLICT DO NOTHING'),
    envelope: sql.prepare('SELECT n FROM envelopes WHERE id = ?'),
    dropEnvelope: sql.prepare(
      'DELETE FROM envelopes WHERE n = ?1 AND NOT EXISTS (SELECT 1 FROM placements WHERE envelope = ?1)',
    ),
    add: sql.prepare('INSERT INTO placements VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
    known: sql.prepare(
      'SELECT arrival, scope, time, envelope, expires FROM placements WHERE envelope = ? AND scope = ?',
    ),
    at: sql.prepare(
      'SELECT arrival, scope, time, envelope, expires FROM placements WHERE scope = ? AND time = ? AND id = ?',
    ),
    due: sql.prepare(
      `SELECT arrival, scope, time, envelope, expires FROM placements
       WHERE expires <> 0 AND expires <= ? ORDER BY expires LIMIT ?`,
    ),
    drop: sql.prepare('DELETE FROM placements WHERE arrival = ?'),
    put: sql.prepare('INSERT INTO records VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value'),
    record: sql.prepare('SELECT value FROM records WHERE space = ? AND key = ?'),
    delete: sql.prepare('DELETE FROM records WHERE space = ? AND key = ?'),
  };
  const readArrival = (): number => Number(statement.arrival.get()?.value);
  let arrival = readArrival();
  let written = arrival;

  const remove = (row: Row): void => {
    statement.drop.run(row.arrival);
    statement.dropEnvelope.run(row.envelope);
    scopes.removed(row.scope, row.time);
  };

  /** The number of the envelope, stored now or before; a living placement of it in the scope ends the matter. */
  const place = (op: Place, now: number): StoreOutcome => {
    const scope = scopes.number(op.scope);
    const added = statement.addEnvelope.run(op.id, op.envelope);
    let envelope = Number(added.lastInsertRowid);
    if (added.changes === 0) {
      envelope = Number(statement.envelope.get(op.id)?.n);
      const known = statement.known.get(envelope, scope) as Row | undefined;
      if (known !== undefined && (known.expires === 0 || known.expires > now)) {
        return { outcome: 'known', arrival: known.arrival };
      }
      if (known !== undefined) {
        remove(known);
        return place(op, now);
      }
    }
    arrival++;
    statement.add.run(arrival, scope, op.time, op.id, envelope, op.received, op.expires, op.hint);
    scopes.added(scope, op.time, op.received);
    return { outcome: 'inserted', arrival };
  };

  const put = (op: Extract<StoreOp, { op: 'put' }>): StoreOutcome => {
    const present = op.ifAbsent === true ? statement.record.get(op.space, op.key)?.value : undefined;
    if (present !== undefined) return { outcome: 'present', value: String(present) };
    statement.put.run(op.space, op.key, op.value);
    return { outcome: 'done' };
  };

  const removeAt = (op: Extract<StoreOp, { op: 'remove' }>): StoreOutcome => {
    const scope = scopes.find(op.scope);
    const row = scope === undefined ? undefined : statement.at.get(scope, op.time, op.id);
    if (row !== undefined) remove(row as unknown as Row);
    return { outcome: 'done' };
  };

  return {
    apply: (op: StoreOp, now: number): StoreOutcome => {
      if (op.op === 'place') return place(op, now);
      if (op.op === 'remove') return removeAt(op);
      if (op.op === 'put') return put(op);
      if (op.op !== 'delete') return logs.apply(op);
      statement.delete.run(op.space, op.key);
      return { outcome: 'done' };
    },
    sweep: (now: number, limit: number): number => {
      const due = statement.due.all(now, limit) as unknown as Row[];
      for (const row of due) remove(row);
      return due.length;
    },
    flush: (): void => {
      if (arrival !== written) statement.setArrival.run(String(arrival));
      written = arrival;
    },
    reset: (): void => {
      arrival = readArrival();
      written = arrival;
    },
  };
}

/**
 * Group commit: the writes of all that waited are one transaction with one sync of the disk. Where that fails,
 * each is tried again in a transaction of its own, so that one that cannot be stored fails alone. Reads come
 * after: they see what was acknowledged before, and nothing that is not on disk.
 */
import type { DatabaseSync } from 'node:sqlite';
import { toFault } from './store-database.ts';
import type { Reply, Request } from './store-protocol.ts';

export interface Engine<R extends Request> {
  readonly path: string;
  readonly sql: DatabaseSync;
  isWrite(request: R): boolean;
  perform(request: R): unknown;
  /** Writes what was gathered in memory; the last step of a transaction. */
  flush(): void;
  /** Forgets what was gathered: the transaction was rolled back. */
  reset(): void;
}

export function runGroup<R extends Request>(engine: Engine<R>, group: readonly R[]): Reply[] {
  const replies = new Map<R, Reply>();
  const writes = group.filter((request) => engine.isWrite(request));
  if (writes.length > 0) write(engine, writes, replies);
  for (const request of group) {
    if (!engine.isWrite(request))
      replies.set(
        request,
        attempt(engine, 'read', () => engine.perform(request)),
      );
  }
  return group.map((request) => replies.get(request) ?? { value: undefined });
}

function write<R extends Request>(engine: Engine<R>, writes: readonly R[], replies: Map<R, Reply>): void {
  const whole = attempt(engine, 'write', () => transact(engine, writes));
  if ('value' in whole) {
    writes.forEach((request, i) => {
      replies.set(request, { value: (whole.value as unknown[])[i] });
    });
  } else if (writes.length === 1) {
    for (const request of writes) replies.set(request, whole);
  } else {
    for (const request of writes) write(engine, [request], replies);
  }
}

function transact<R extends Request>(engine: Engine<R>, writes: readonly R[]): unknown[] {
  engine.sql.exec('BEGIN IMMEDIATE');
  try {
    const values = writes.map((request) => engine.perform(request));
    engine.flush();
    engine.sql.exec('COMMIT');
    return values;
  } catch (error) {
    // Some failures, a full disk among them, have rolled back already.
    if (engine.sql.isTransaction) engine.sql.exec('ROLLBACK');
    engine.reset();
    throw error;
  }
}

function attempt<R extends Request>(engine: Engine<R>, doing: string, work: () => unknown): Reply {
  try {
    return { value: work() };
  } catch (error) {
    return { fault: toFault(engine.path, doing, error) };
  }
}

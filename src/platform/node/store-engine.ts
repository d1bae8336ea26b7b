/**
 * The Store over one database: opens it and performs what is asked of it. Used inside the storage worker only.
 */
import { closeDatabase, openDatabase } from './store-database.ts';
import type { Engine } from './store-group.ts';
import { storeLogReads } from './store-log-reads.ts';
import { storeLogs } from './store-logs.ts';
import { packOutcomes, unpackBatch } from './store-packing.ts';
import type { Opened, StoreRequest } from './store-protocol.ts';
import { type Reads, storeReads } from './store-reads.ts';
import { STORE_ID, STORE_MIGRATIONS } from './store-schema.ts';
import { storeScopes } from './store-scopes.ts';
import { storeWrites, type Writes } from './store-writes.ts';

export interface StoreEngine extends Engine<StoreRequest> {
  readonly opened: Opened;
  close(): void;
}

export function openStoreEngine(path: string): StoreEngine {
  const database = openDatabase(path, STORE_ID, STORE_MIGRATIONS);
  const { sql, epoch, clean } = database;
  const scopes = storeScopes(sql);
  const logs = storeLogs(sql);
  const writes = storeWrites(sql, scopes, logs);
  const reads = storeReads(sql, scopes, storeLogReads(sql, logs));
  return {
    path,
    sql,
    opened: { epoch, clean },
    isWrite: ({ ask }) => ask === 'commit' || ask === 'sweep',
    perform: (request) => perform(request, writes, reads),
    flush: () => {
      scopes.flush();
      logs.flush();
      writes.flush();
    },
    reset: () => {
      scopes.reset();
      logs.reset();
      writes.reset();
    },
    close: () => closeDatabase(database),
  };
}

function perform(request: StoreRequest, writes: Writes, reads: Reads): unknown {
  switch (request.ask) {
    case 'commit':
      return packOutcomes(unpackBatch(request).map((op) => writes.apply(op, request.now)));
    case 'sweep':
      return writes.sweep(request.now, request.limit);
    default:
      return reads(request);
  }
}

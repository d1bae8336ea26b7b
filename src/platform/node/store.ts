/**
 * Store over SQLite (decisions/0005-storage.md): durable when acknowledged, one process per file. All work is
 * the storage worker's; this end checks, queues and waits.
 */
import type { Clock, LogEntryRow, LogInfo, Placed, ScopeInfo, Store, StoreOp, StoreRecord } from '../../core/ports.ts';
import { guardStore } from '../../core/storage.ts';
import { type PackedOutcomes, packBatch, unpackOutcomes } from './store-packing.ts';
import type { StoreRequest } from './store-protocol.ts';
import { openLine } from './store-queue.ts';

/** How many placements one transaction of a sweep deletes; others commit and read between two of them. */
const SWEEP_STEP = 256;

/** Opens or creates the database at `path`, its folder too. Rejects with StorageError where that cannot be. */
export async function openStore(path: string, { clock }: { clock: Pick<Clock, 'now'> }): Promise<Store> {
  const line = await openLine<StoreRequest>({ kind: 'store', path });
  const ask = <T>(request: StoreRequest, weight?: number): Promise<T> => line.ask(request, weight) as Promise<T>;
  const placed = (request: StoreRequest): Promise<Placed[]> => ask(request);
  const now = (): number => clock.now();
  return guardStore({
    epoch: line.opened.epoch,
    commit: (batch) =>
      batch.length === 0
        ? Promise.resolve([])
        : ask<PackedOutcomes>({ ask: 'commit', now: now(), ...packBatch(batch) }, weigh(batch)).then(unpackOutcomes),
    find: (scope, time, id) => ask<Placed | undefined>({ ask: 'find', now: now(), scope, time, id }),
    latest: (scope, limit, before) => placed({ ask: 'latest', now: now(), scope, limit, before }),
    since: (scope, time, limit) => placed({ ask: 'since', now: now(), scope, time, limit }),
    arrivals: (scope, after, limit) => placed({ ask: 'arrivals', now: now(), scope, after, limit }),
    scopes: (prefix, limit) => ask<ScopeInfo[]>({ ask: 'scopes', prefix, limit }),
    totals: (prefix) => ask<{ scopes: number; placements: number }>({ ask: 'totals', prefix }),
    record: (space, key) => ask<string | undefined>({ ask: 'record', space, key }),
    records: (space, limit, after = '') => ask<StoreRecord[]>({ ask: 'records', space, limit, after }),
    count: (space) => ask<number>({ ask: 'count', space }),
    log: (author) => ask<LogInfo | undefined>({ ask: 'log', author }),
    logs: (limit, after = '') => ask<LogInfo[]>({ ask: 'logs', limit, after }),
    entries: (author, from, limit) => ask<LogEntryRow[]>({ ask: 'entries', author, from, limit }),
    entryById: (id) => ask<LogEntryRow | undefined>({ ask: 'entryById', id }),
    entriesByArrival: (after, limit, filter = {}) =>
      ask<LogEntryRow[]>({ ask: 'entriesByArrival', after, limit, filter }),
    sweep: async (until) => {
      let gone = 0;
      for (let step = SWEEP_STEP; step === SWEEP_STEP; gone += step) {
        step = await ask<number>({ ask: 'sweep', now: until, limit: SWEEP_STEP });
      }
      return gone;
    },
    close: () => line.close(),
  });
}

const weigh = (batch: readonly StoreOp[]): number => batch.reduce((sum, op) => sum + 128 + weightOf(op), 0);

function weightOf(op: StoreOp): number {
  if (op.op === 'place') return op.envelope.length + op.hint.length;
  if (op.op === 'append') return op.bytes.length;
  return op.op === 'put' ? op.value.length : 0;
}

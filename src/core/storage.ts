/**
 * What every Store and BlobStore adapter demands of its caller, checked before anything is touched: so a batch
 * that reaches a disk can fail only because the disk does. The guards also copy what comes in, refuse work
 * once closed, and close when what was begun is done. The bounds are generous; they exist so that nothing a stranger sends can grow without one.
 */
import { UsageError } from './errors.ts';
import type { BlobStore, LogFilter, Store, StoreOp } from './ports.ts';
import { LIMITS } from './registry.ts';

export const STORAGE_LIMITS = {
  nameUnits: 512,
  valueUnits: 1_048_576,
  batchOps: 8192,
  listing: 100_000,
  /** 128 lines of the longest key and string, and the header, with room. */
  entryBytes: 262_144,
} as const;

/** The store with its arguments checked: wrong ones and calls after close reject with UsageError. */
export function guardStore(raw: Store): Store {
  const use = closable('store', raw);
  return {
    epoch: raw.epoch,
    commit: (batch) =>
      use(
        () => checkBatch(batch),
        () => raw.commit(batch.map(copyOp)),
      ),
    find: (scope, time, id) =>
      use(
        () => checkPlace(scope, time, id),
        () => raw.find(scope, time, new Uint8Array(id)),
      ),
    latest: (scope, limit, before) =>
      use(
        () => checkListing(scope, limit, before),
        () => raw.latest(scope, limit, before),
      ),
    since: (scope, time, limit) =>
      use(
        () => checkListing(scope, limit, time),
        () => raw.since(scope, time, limit),
      ),
    arrivals: (scope, after, limit) =>
      use(
        () => checkListing(scope, limit, after),
        () => raw.arrivals(scope, after, limit),
      ),
    scopes: (prefix, limit) =>
      use(
        () => checkPrefix(prefix, limit),
        () => raw.scopes(prefix, limit),
      ),
    totals: (prefix) =>
      use(
        () => checkPrefix(prefix),
        () => raw.totals(prefix),
      ),
    record: (space, key) =>
      use(
        () => checkRecord(space, key),
        () => raw.record(space, key),
      ),
    records: (space, limit, after) =>
      use(
        () => checkRecords(space, limit, after),
        () => raw.records(space, limit, after),
      ),
    count: (space) =>
      use(
        () => checkName('record space', space),
        () => raw.count(space),
      ),
    log: (author) =>
      use(
        () => checkAuthor(author),
        () => raw.log(author),
      ),
    logs: (limit, after) =>
      use(
        () => checkLogs(limit, after),
        () => raw.logs(limit, after),
      ),
    entries: (author, from, limit) =>
      use(
        () => checkEntries(author, from, limit),
        () => raw.entries(author, from, limit),
      ),
    entryById: (id) =>
      use(
        () => checkId(id),
        () => raw.entryById(new Uint8Array(id)),
      ),
    entriesByArrival: (after, limit, filter) =>
      use(
        () => checkArrivals(after, limit, filter),
        () => raw.entriesByArrival(after, limit, { ...filter }),
      ),
    sweep: (now) =>
      use(
        () => checkInteger('now', now),
        () => raw.sweep(now),
      ),
    close: use.close,
  };
}

/** The blob store with its arguments checked: wrong ones and calls after close reject with UsageError. */
export function guardBlobs(raw: BlobStore): BlobStore {
  const use = closable('blob store', raw);
  return {
    put: (hash, bytes) =>
      use(
        () => checkHash(hash),
        () => raw.put(hash, new Uint8Array(bytes)),
      ),
    get: (hash, start, end) =>
      use(
        () => checkRange(hash, start, end),
        () => raw.get(hash, start, end),
      ),
    size: (hash) =>
      use(
        () => checkHash(hash),
        () => raw.size(hash),
      ),
    delete: (hash) =>
      use(
        () => checkHash(hash),
        () => raw.delete(hash),
      ),
    total: () => use(() => undefined, raw.total),
    list: (limit, after) =>
      use(
        () => checkLimit(limit),
        () => raw.list(limit, after),
      ),
    close: use.close,
  };
}

/** The part of a blob of `size` bytes that a checked range covers. */
export function blobRange(size: number, start = 0, end = size): { start: number; end: number } {
  const last = Math.min(end, size);
  return { start: Math.min(start, last), end: last };
}

function closable(what: string, raw: { close(): Promise<void> }) {
  const running = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;
  const use = async <T>(check: () => void, work: () => Promise<T>): Promise<T> => {
    if (closing !== undefined) throw new UsageError(`Cannot use ${what}: it is closed`);
    check();
    const done = work();
    running.add(done);
    try {
      return await done;
    } finally {
      running.delete(done);
    }
  };
  const close = (): Promise<void> => {
    closing ??= Promise.allSettled(running).then(() => raw.close());
    return closing;
  };
  return Object.assign(use, { close });
}

function copyOp(op: StoreOp): StoreOp {
  if (op.op === 'place') return { ...op, id: new Uint8Array(op.id), envelope: new Uint8Array(op.envelope) };
  if (op.op === 'remove') return { ...op, id: new Uint8Array(op.id) };
  if (op.op === 'append') return { ...op, id: new Uint8Array(op.id), bytes: new Uint8Array(op.bytes) };
  return { ...op };
}

function checkBatch(batch: readonly StoreOp[]): void {
  if (batch.length > STORAGE_LIMITS.batchOps) {
    throw new UsageError(`Cannot commit: expected at most ${STORAGE_LIMITS.batchOps} operations, got ${batch.length}`);
  }
  for (const op of batch) checkOp(op);
}

function checkOp(op: StoreOp): void {
  switch (op.op) {
    case 'place':
      checkPlace(op.scope, op.time, op.id);
      checkInteger('received', op.received);
      checkInteger('expires', op.expires);
      checkText('hint', op.hint, STORAGE_LIMITS.valueUnits);
      checkSize(op.envelope);
      break;
    case 'remove':
      checkPlace(op.scope, op.time, op.id);
      break;
    case 'put':
      checkRecord(op.space, op.key);
      checkText('value', op.value, STORAGE_LIMITS.valueUnits);
      break;
    case 'delete':
      checkRecord(op.space, op.key);
      break;
    case 'append':
      checkAppend(op);
      break;
    case 'verified':
      checkAuthor(op.author);
      checkInteger('depth', op.through);
      break;
    case 'truncate':
      checkAuthor(op.author);
      checkDepth(op.depth);
      break;
    case 'forget':
      checkAuthor(op.author);
      break;
    default:
      throw new UsageError('Cannot commit: expected an operation of the store, got another');
  }
}

function checkPlace(scope: string, time: number, id: Uint8Array): void {
  checkName('scope', scope);
  checkInteger('time', time);
  if (id.length !== 32) throw new UsageError(`Cannot use envelope id: expected 32 bytes, got ${id.length}`);
}

function checkSize(envelope: Uint8Array): void {
  if (envelope.length > 0 && envelope.length <= LIMITS.envelopeBytes) return;
  throw new UsageError(`Cannot place envelope: expected 1 to ${LIMITS.envelopeBytes} bytes, got ${envelope.length}`);
}

function checkAppend(op: Extract<StoreOp, { op: 'append' }>): void {
  checkAuthor(op.author);
  checkDepth(op.depth);
  checkId(op.id);
  checkName('dialect', op.dialect);
  checkName('kind', op.kind);
  checkInteger('received', op.received);
  if (op.bytes.length > 0 && op.bytes.length <= STORAGE_LIMITS.entryBytes) return;
  throw new UsageError(`Cannot append entry: expected 1 to ${STORAGE_LIMITS.entryBytes} bytes, got ${op.bytes.length}`);
}

function checkEntries(author: string, from: number, limit: number): void {
  checkAuthor(author);
  checkDepth(from);
  checkLimit(limit);
}

function checkLogs(limit: number, after: string | undefined): void {
  if (after !== undefined) checkAuthor(after);
  checkLimit(limit);
}

function checkArrivals(after: number, limit: number, filter: LogFilter = {}): void {
  checkInteger('cursor', after);
  checkLimit(limit);
  if (filter.author !== undefined) checkAuthor(filter.author);
  if (filter.kind !== undefined) checkName('kind', filter.kind);
}

const HEX_KEY = /^[0-9a-f]{64}$/;

function checkAuthor(author: string): void {
  if (HEX_KEY.test(author)) return;
  throw new UsageError('Cannot use log: expected an author of 64 lower-case hex characters, got others');
}

function checkDepth(depth: number): void {
  if (Number.isSafeInteger(depth) && depth >= 0) return;
  throw new UsageError(`Cannot use depth: expected a whole number, got ${depth}`);
}

function checkId(id: Uint8Array): void {
  if (id.length !== 32) throw new UsageError(`Cannot use entry id: expected 32 bytes, got ${id.length}`);
}

function checkListing(scope: string, limit: number, cursor: number | undefined): void {
  checkName('scope', scope);
  checkInteger('cursor', cursor ?? 0);
  checkLimit(limit);
}

function checkPrefix(prefix: string, limit = 0): void {
  checkText('scope prefix', prefix, STORAGE_LIMITS.nameUnits);
  checkLimit(limit);
}

function checkRecord(space: string, key: string): void {
  checkName('record space', space);
  checkName('record key', key);
}

function checkRecords(space: string, limit: number, after = ''): void {
  checkName('record space', space);
  checkText('record key', after, STORAGE_LIMITS.nameUnits);
  checkLimit(limit);
}

function checkName(what: string, name: string): void {
  if (name === '') throw new UsageError(`Cannot use ${what}: expected at least one character, got none`);
  checkText(what, name, STORAGE_LIMITS.nameUnits);
}

/** Lone surrogates and NUL do not survive every database. */
function checkText(what: string, text: string, limit: number): void {
  if (typeof text === 'string' && text.length <= limit && text.isWellFormed() && !text.includes('\0')) return;
  throw new UsageError(`Cannot use ${what}: expected at most ${limit} well-formed characters without NUL`);
}

function checkInteger(what: string, value: number): void {
  if (!Number.isSafeInteger(value)) throw new UsageError(`Cannot use ${what}: expected an integer, got ${value}`);
}

function checkLimit(limit: number): void {
  if (Number.isSafeInteger(limit) && limit >= 0 && limit <= STORAGE_LIMITS.listing) return;
  throw new UsageError(`Cannot list: expected a limit of 0 to ${STORAGE_LIMITS.listing}, got ${limit}`);
}

function checkHash(hash: string): void {
  if (/^[0-9a-f]{64}$/.test(hash)) return;
  throw new UsageError('Cannot use blob hash: expected 64 lower-case hex characters, got others');
}

function checkRange(hash: string, start = 0, end = Number.MAX_SAFE_INTEGER): void {
  checkHash(hash);
  if (Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end >= start) return;
  throw new UsageError(`Cannot read blob: expected a range of whole numbers, got ${start} to ${end}`);
}

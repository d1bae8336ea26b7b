/**
 * What every Store and BlobStore adapter demands of its caller, checked before anything is touched: so a batch
 * that reaches a disk can fail only because the disk does. The bounds are generous; they exist so that nothing
 * a stranger sends can grow without one. Throws UsageError.
 */
import { UsageError } from './errors.ts';
import type { StoreOp } from './ports.ts';
import { LIMITS } from './registry.ts';

export const STORAGE_LIMITS = {
  nameUnits: 512,
  valueUnits: 1_048_576,
  batchOps: 8192,
  listing: 100_000,
} as const;

/** Throws unless each operation is one that any adapter can store. */
export function checkBatch(batch: readonly StoreOp[]): void {
  if (batch.length > STORAGE_LIMITS.batchOps) {
    throw new UsageError(`Cannot commit: expected at most ${STORAGE_LIMITS.batchOps} operations, got ${batch.length}`);
  }
  for (const op of batch) checkOp(op);
}

export function checkLimit(limit: number): void {
  if (!Number.isSafeInteger(limit) || limit < 0 || limit > STORAGE_LIMITS.listing) {
    throw new UsageError(`Cannot list: expected a limit of 0 to ${STORAGE_LIMITS.listing}, got ${limit}`);
  }
}

/** Scopes, record spaces and keys; `what` names it in the message. An empty one is fine for a prefix alone. */
export function checkName(what: string, name: string): void {
  if (name.length === 0) throw new UsageError(`Cannot use ${what}: expected at least one character, got none`);
  checkPrefix(what, name);
}

export function checkPrefix(what: string, name: string): void {
  if (name.length > STORAGE_LIMITS.nameUnits || !isPlainText(name)) {
    throw new UsageError(`Cannot use ${what}: expected at most ${STORAGE_LIMITS.nameUnits} well-formed characters`);
  }
}

export function checkId(id: Uint8Array): void {
  if (id.length !== 32) throw new UsageError(`Cannot use envelope id: expected 32 bytes, got ${id.length}`);
}

export function checkInteger(what: string, value: number): void {
  if (!Number.isSafeInteger(value)) throw new UsageError(`Cannot use ${what}: expected an integer, got ${value}`);
}

export function checkHash(hash: string): void {
  if (!/^[0-9a-f]{64}$/.test(hash)) {
    throw new UsageError(`Cannot use blob hash: expected 64 lower-case hex characters, got ${hash.length} others`);
  }
}

/** The range of a blob of `size` bytes that `start` and `end` ask for, cut to what there is. */
export function blobRange(size: number, start = 0, end = size): { start: number; end: number } {
  if (!(Number.isSafeInteger(start) && Number.isSafeInteger(end) && 0 <= start && start <= Math.max(end, start))) {
    throw new UsageError(`Cannot read blob: expected a range of whole numbers from 0, got ${start} to ${end}`);
  }
  const last = Math.min(end, size);
  return { start: Math.min(start, last), end: last };
}

export const closedError = (what: string): UsageError => new UsageError(`Cannot use ${what}: it is closed`);

function checkOp(op: StoreOp): void {
  switch (op.op) {
    case 'place':
      checkPlace(op);
      break;
    case 'remove':
      checkName('scope', op.scope);
      checkInteger('time', op.time);
      checkId(op.id);
      break;
    case 'put':
      checkRecordKey(op.space, op.key);
      checkText('value', op.value);
      break;
    case 'delete':
      checkRecordKey(op.space, op.key);
      break;
    default:
      throw new UsageError('Cannot commit: expected place, remove, put or delete');
  }
}

function checkPlace(op: Extract<StoreOp, { op: 'place' }>): void {
  checkName('scope', op.scope);
  checkId(op.id);
  checkInteger('time', op.time);
  checkInteger('received', op.received);
  checkInteger('expires', op.expires);
  checkText('hint', op.hint);
  if (op.envelope.length === 0 || op.envelope.length > LIMITS.envelopeBytes) {
    throw new UsageError(
      `Cannot place envelope: expected 1 to ${LIMITS.envelopeBytes} bytes, got ${op.envelope.length}`,
    );
  }
}

function checkRecordKey(space: string, key: string): void {
  checkName('record space', space);
  checkName('record key', key);
}

function checkText(what: string, text: string): void {
  if (text.length > STORAGE_LIMITS.valueUnits || !isPlainText(text)) {
    throw new UsageError(`Cannot use ${what}: expected at most ${STORAGE_LIMITS.valueUnits} well-formed characters`);
  }
}

/** Lone surrogates and NUL do not survive every database. */
const isPlainText = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

/**
 * What two peers say to each other to find how their sets differ (spec/09-sync.md#ranges): spans of the order, each with
 * a fingerprint, a list of ids, or the wish for one. Strict and bounded; what is not said at the end is as if skipped.
 */
import { concat } from '../bytes.ts';
import { LIMITS } from '../registry.ts';
import { Reader, varint } from '../wire.ts';
import { type Bound, END } from './item-set.ts';

export type RangeClaim =
  /** Nothing to say of it. */
  | { readonly kind: 'skip' }
  | { readonly kind: 'fingerprint'; readonly count: number; readonly fingerprint: Uint8Array }
  /** All ids that the sender has there. */
  | { readonly kind: 'list'; readonly ids: readonly Uint8Array[] }
  /** The receiver shall list its own. */
  | { readonly kind: 'ask' };

/** From the bound of the range before (the first: from the start) up to, and without, `upper`. */
export type Range = RangeClaim & { readonly upper: Bound };

export const FINGERPRINT_BYTES = 16;
const ID_BYTES = 32;
const CODES = { skip: 0, fingerprint: 1, list: 2, ask: 3 } as const;

export function encodeRanges(ranges: readonly Range[]): Uint8Array<ArrayBuffer> {
  let time = 0;
  const parts = ranges.map((range) => {
    const bytes = concat(encodeBound(range.upper, time), encodeClaim(range));
    time = range.upper.time;
    return bytes;
  });
  return concat(...parts);
}

/** How many bytes a range takes at most, whatever stands before it. */
export const rangeBytes = (range: Range): number => 8 + 1 + range.upper.prefix.length + encodeClaim(range).length;

/** Throws DecodeError. Bounds ascend strictly; nothing follows the end of the order. */
export function decodeRanges(bytes: Uint8Array): Range[] {
  const reader = new Reader(bytes, 'ranges');
  const ranges: Range[] = [];
  let last: Bound = { time: 0, prefix: new Uint8Array(0) };
  while (reader.left > 0) {
    if (last.time === END.time) reader.refuse('end', 'expected nothing after the end of the order');
    if (ranges.length === LIMITS.syncRanges) reader.refuse('ranges', `expected at most ${LIMITS.syncRanges}`);
    const upper = readBound(reader, last);
    ranges.push({ upper, ...readClaim(reader) });
    last = upper;
  }
  return ranges;
}

function encodeBound({ time, prefix }: Bound, before: number): Uint8Array {
  return time === END.time ? varint(0) : concat(varint(time - before + 1), varint(prefix.length), prefix);
}

function encodeClaim(claim: RangeClaim): Uint8Array {
  const code = varint(CODES[claim.kind]);
  if (claim.kind === 'fingerprint') return concat(code, varint(claim.count), claim.fingerprint);
  return claim.kind === 'list' ? concat(code, varint(claim.ids.length), ...claim.ids) : code;
}

function readBound(reader: Reader, last: Bound): Bound {
  const step = reader.varint('bound');
  if (step === 0) return END;
  const time = last.time + step - 1;
  if (!Number.isSafeInteger(time)) reader.refuse('bound', 'expected a time in milliseconds');
  const length = reader.varint('prefix');
  if (length > ID_BYTES) reader.refuse('prefix', `expected at most ${ID_BYTES} bytes, got ${length}`);
  const prefix = reader.take(length, 'prefix');
  if (prefix.at(-1) === 0) reader.refuse('prefix', 'expected no zero byte at its end');
  if (time === last.time && !ascends(last.prefix, prefix)) reader.refuse('bound', 'expected one above the last');
  return { time, prefix };
}

/** Prefixes without zeros at their ends compare as the ids that they stand for. */
function ascends(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < b.length; i++) if ((a[i] ?? 0) !== b[i]) return (a[i] ?? 0) < (b[i] ?? 0);
  return false;
}

function readClaim(reader: Reader): RangeClaim {
  const code = reader.varint('kind');
  if (code === CODES.skip) return { kind: 'skip' };
  if (code === CODES.ask) return { kind: 'ask' };
  const count = reader.varint('count');
  if (code === CODES.fingerprint) {
    return { kind: 'fingerprint', count, fingerprint: reader.take(FINGERPRINT_BYTES, 'fingerprint') };
  }
  if (code !== CODES.list) return reader.refuse('kind', `expected 0 to 3, got ${code}`);
  const bytes = reader.take(count * ID_BYTES, 'ids');
  const ids = Array.from({ length: count }, (_, i) => bytes.subarray(i * ID_BYTES, (i + 1) * ID_BYTES));
  return { kind: 'list', ids };
}

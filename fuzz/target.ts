/**
 * What a fuzz target is, and the one property that all share: hostile input is either refused with DecodeError or
 * read, and what was read writes back to the same bytes. Anything else (another error, another form, a hang) is found.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DecodeError } from '../src/core/errors.ts';

export interface Target {
  readonly name: string;
  /** Valid input to start from; the runner damages it. */
  readonly seeds: fc.Arbitrary<Uint8Array>;
  /** Throws DecodeError for what it refuses and fails for a broken promise. True: it was read. */
  check(bytes: Uint8Array): boolean;
}

/** Whether `decode` reads the bytes; `encode` must then give them back, unless it says undefined. */
export function readsBack<T>(
  bytes: Uint8Array,
  decode: (bytes: Uint8Array) => T,
  encode: (value: T) => Uint8Array | undefined,
): boolean {
  const value = decode(bytes);
  const again = encode(value);
  if (again !== undefined) assert.deepEqual(Buffer.from(again), Buffer.from(bytes), 'it has two forms');
  return true;
}

export function survives(target: Target, bytes: Uint8Array): boolean {
  try {
    return target.check(bytes);
  } catch (error) {
    if (error instanceof DecodeError && error.field !== '') return false;
    throw error;
  }
}

/** Bytes from nowhere, valid ones, and valid ones with a few edits. */
export const inputs = (target: Target): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    { arbitrary: fc.uint8Array({ maxLength: 300 }), weight: 1 },
    { arbitrary: target.seeds, weight: 1 },
    { arbitrary: fc.tuple(target.seeds, fc.array(edit, { minLength: 1, maxLength: 4 })).map(damaged), weight: 6 },
  );

type Edit = {
  readonly kind: 'set' | 'insert' | 'remove' | 'cut' | 'repeat';
  readonly at: number;
  readonly byte: number;
};

const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom('set', 'set', 'insert', 'remove', 'cut', 'repeat'),
  at: fc.nat(),
  byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff, 0x22, 0x7b)),
});

function damaged([bytes, edits]: [Uint8Array, Edit[]]): Uint8Array {
  const list = [...bytes];
  for (const { kind, at, byte } of edits) {
    const place = list.length === 0 ? 0 : at % list.length;
    if (kind === 'set') list[place] = byte;
    else if (kind === 'insert') list.splice(place, 0, byte);
    else if (kind === 'remove') list.splice(place, 1 + (byte % 4));
    else if (kind === 'cut') list.length = place;
    else list.splice(place, 0, ...list.slice(place, place + byte));
  }
  return Uint8Array.from(list);
}

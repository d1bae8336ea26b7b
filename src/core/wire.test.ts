import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concat } from './bytes.ts';
import { DecodeError } from './errors.ts';
import { isUnknownTag, Reader, readNumber, readTags, tagged, u16, u32, varint } from './wire.ts';

const reader = (...bytes: number[]) => new Reader(Uint8Array.from(bytes), 'test');
const refused = (field: string) => (error: unknown) => error instanceof DecodeError && error.field === field;

test('integers read back as they were written', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.nat(0xffff), fc.nat(0xffffffff), (a, b, c) => {
      const read = new Reader(concat(varint(a), u16(b), u32(c)), 'test');
      assert.deepEqual([read.varint('a'), read.u16('b'), read.u32('c')], [a, b, c]);
      read.end();
    }),
  );
});

test('a varint has one spelling', () => {
  assert.deepEqual(varint(300), Uint8Array.of(0xac, 0x02));
  assert.throws(() => reader(0x80, 0x00).varint('n'), refused('n'), 'a zero at the end');
  assert.throws(() => reader(0x80).varint('n'), refused('n'), 'cut off');
  assert.throws(() => reader(...new Array(8).fill(0xff), 0x01).varint('n'), refused('n'), 'nine bytes');
  assert.throws(() => reader(...new Array(7).fill(0xff), 0x1f).varint('n'), refused('n'), 'above 2^53 - 1');
  assert.equal(reader(...new Array(7).fill(0xff), 0x0f).varint('n'), Number.MAX_SAFE_INTEGER);
  assert.throws(() => readNumber(Uint8Array.of(1, 1), 'n'), refused('end'));
});

test('a length beyond the bytes at hand is refused before anything is allocated', () => {
  const claim = concat(varint(1), varint(Number.MAX_SAFE_INTEGER), Uint8Array.of(1));
  assert.throws(() => new Reader(claim, 'test').tagged('tags'), refused('tags'));
});

test('tags stand in ascending order, repeat only where allowed, and are bounded in number', () => {
  const rules = { known: [1, 3], repeated: [3], atMost: 3 };
  const read = (...tags: number[]) =>
    readTags(new Reader(concat(...tags.map((tag) => tagged(tag, 'x'))), 'test'), rules);
  assert.deepEqual(
    [...(read(1, 3, 3) as Map<number, unknown[]>)].map(([tag, values]) => [tag, values.length]),
    [
      [1, 1],
      [3, 2],
    ],
  );
  assert.throws(() => read(3, 1), refused('tags'));
  assert.throws(() => read(1, 1), refused('tags'));
  assert.throws(() => read(0), refused('tags'));
  assert.throws(() => read(1, 3, 3, 3), refused('tags'));
});

test('unknown even tags are skipped, unknown odd ones are told', () => {
  const rules = { known: [1], atMost: 9 };
  const even = readTags(new Reader(concat(tagged(1, 'x'), tagged(2, 'y')), 'test'), rules);
  const odd = readTags(new Reader(concat(tagged(1, 'x'), tagged(5, 'y')), 'test'), rules);
  assert.equal(isUnknownTag(even), false);
  assert.deepEqual(odd, { unknown: 5 });
});

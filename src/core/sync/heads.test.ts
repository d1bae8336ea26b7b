import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concat, equal } from '../bytes.ts';
import { DecodeError } from '../errors.ts';
import { decodeHead, encodeHead, headItem, lacksFrom, readFurtherBack } from './heads.ts';

const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });

test('a head is read as it was written', () => {
  fc.assert(
    fc.property(bytes, fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), bytes, (author, next, id) => {
      const head = decodeHead(encodeHead({ author, next, id }));
      assert.ok(equal(head.author, author) && head.next === next && equal(head.id, id));
    }),
  );
});

test('a log that grows is another item, behind the one before', () => {
  const [a, b] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  assert.deepEqual(headItem({ author: a, next: 7, id: b }), { time: 7, id: b });
});

const good = encodeHead({ author: new Uint8Array(32), next: 300, id: new Uint8Array(32) });
for (const [what, given] of [
  ['one that is cut short', good.subarray(0, -1)],
  ['one with more behind it', concat(good, Uint8Array.of(0))],
  ['one of no entries', encodeHead({ author: new Uint8Array(32), next: 0, id: new Uint8Array(32) })],
  ['none', new Uint8Array()],
] as const) {
  test(`of heads, ${what} is refused`, () => assert.throws(() => decodeHead(given), DecodeError));
}

const [a, b] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
for (const [what, own, other, from] of [
  ['who has none lacks all', undefined, { next: 3, id: a }, 0],
  ['who has fewer lacks those behind', { next: 2, id: a }, { next: 3, id: b }, 2],
  ['who has the same lacks nothing', { next: 3, id: a }, { next: 3, id: a }, undefined],
  ['who has as many with another last one lacks that one', { next: 3, id: a }, { next: 3, id: b }, 2],
  ['who has as many, as far as is known, lacks nothing', { next: 3 }, { next: 3, id: b }, undefined],
  ['who has more lacks nothing', { next: 4, id: a }, { next: 3, id: b }, undefined],
  ['of nothing, nothing is lacking', undefined, { next: 0 }, undefined],
] as const) {
  test(`of a log, ${what}`, () => assert.equal(lacksFrom(own, other), from));
}

test('what does not link is read twice as far back each time, down to the start of the log, and then no more', () => {
  const steps: number[] = [];
  for (let at = readFurtherBack(9, undefined); at !== undefined; at = readFurtherBack(9, at.step)) steps.push(at.from);
  assert.deepEqual(steps, [7, 5, 1, 0, 0]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concat, equal } from '../bytes.ts';
import { DecodeError } from '../errors.ts';
import { decodeHead, encodeHead, headItem } from './heads.ts';

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

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Dialect } from './dialect.ts';
import { appendToDraft } from './draft.ts';
import { MOST_PIECES, pieceRanges, sealedDraft, sealedIn } from './sealed-blobs.ts';

const DIALECTS: readonly Dialect[] = ['2020-04', '2020-06', '2020-12'];
const hash = (byte: number): string => byte.toString(16).padStart(2, '0').repeat(32);

test('what an entry names is read back from it, in every dialect', () => {
  const blobs = [
    { hash: hash(1), pieces: [hash(2), hash(3), hash(4)] },
    { hash: hash(5), pieces: [hash(5)] },
  ];
  for (const dialect of DIALECTS) assert.deepEqual(sealedIn(sealedDraft(dialect, blobs)), blobs, dialect);
});

test('pairs of another form, and blobs whose pieces have a gap, are passed over', () => {
  const draft = sealedDraft('2020-06', [{ hash: hash(1), pieces: [hash(2)] }]);
  const file = draft.body[0]?.[1] ?? '';
  const strange = [
    ['note', 'hello'],
    [`${hash(6)}-1`, file],
    [`${hash(7)}-a`, file],
    [hash(8), file],
    [`${hash(9)}-0`, 'no file'],
    [`${hash(10)}-0`, file],
    [`${hash(10)}-9`, file],
  ] as const;
  const all = strange.reduce((one, [key, value]) => appendToDraft(one, key, value), draft);
  assert.deepEqual(
    sealedIn(all).map((found) => found.hash),
    [hash(1)],
  );
});

test('pieces cover a blob without gap or overlap, none larger than a log may hold', () => {
  fc.assert(
    fc.property(fc.nat(2_097_152), (size) => {
      const ranges = pieceRanges(size);
      assert.ok(ranges.length >= 1 && ranges.length <= MOST_PIECES);
      assert.equal(ranges[0]?.start, 0);
      assert.equal(ranges.at(-1)?.end, size);
      for (const [i, { start, end }] of ranges.entries()) {
        assert.ok(end - start <= 360_000 && (i === 0 || ranges[i - 1]?.end === start));
      }
    }),
  );
});

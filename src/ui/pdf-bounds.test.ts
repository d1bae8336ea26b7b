import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { beginsLikePdf, bitmapSize, PDF_LIMITS } from './pdf-bounds.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('a PDF says so within its first kilobyte', () => {
  assert.equal(beginsLikePdf(bytes('%PDF-1.7\n')), true);
  assert.equal(beginsLikePdf(bytes(`${' '.repeat(1000)}%PDF-1.7`)), true);
  assert.equal(beginsLikePdf(bytes(`${' '.repeat(1020)}%PDF-1.7`)), false);
  assert.equal(beginsLikePdf(bytes('<script>')), false);
  assert.equal(beginsLikePdf(bytes('')), false);
});

test('a page is drawn as wide as it is wanted', () => {
  assert.deepEqual(bitmapSize({ width: 595, height: 842 }, 1190), { width: 1190, height: 1684, scale: 2 });
});

test('whatever size a page claims, its pixels are bounded and it has at least one', () => {
  const side = fc.double({ min: 1e-9, max: 1e12, noNaN: true });
  fc.assert(
    fc.property(side, side, fc.integer({ min: 1, max: 5000 }), (width, height, wanted) => {
      const size = bitmapSize({ width, height }, wanted);
      assert.ok(size.width >= 1 && size.width <= wanted);
      assert.ok(size.height >= 1 && Math.max(size.width, size.height) <= PDF_LIMITS.sidePixels);
      assert.ok(size.width * size.height <= PDF_LIMITS.pagePixels);
    }),
  );
});

test('a page without area is refused', () => {
  for (const width of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => bitmapSize({ width, height: 1 }, 100), /expected a size/);
  }
});

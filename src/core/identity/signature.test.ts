import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isStrict } from './signature.ts';

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const SIGN = 2n ** 255n;
const SMALL_Y = [
  0n,
  1n,
  P - 1n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
  P - 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
];

const bytes = (value: bigint) => Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
const strict = (a: bigint, r: bigint, s: bigint) => isStrict(bytes(a), Uint8Array.of(...bytes(r), ...bytes(s)));

test('every encoding of a point of small order is refused, as key and as commitment, with both signs', () => {
  for (const y of SMALL_Y) {
    for (const sign of [0n, SIGN]) {
      assert.equal(strict(y | sign, 3n, 1n), false);
      assert.equal(strict(3n, y | sign, 1n), false);
    }
  }
});

test('y from the prime on is refused, y below it is not', () => {
  for (const sign of [0n, SIGN]) {
    for (let y = P; y < SIGN; y++) {
      assert.equal(strict(y | sign, 3n, 1n), false);
      assert.equal(strict(3n, y | sign, 1n), false);
    }
    assert.equal(strict((P - 2n) | sign, (P - 2n) | sign, 1n), true);
    assert.equal(strict(2n | sign, 2n | sign, 1n), true);
  }
});

test('S is below the group order', () => {
  for (const s of [0n, 1n, L - 1n]) assert.equal(strict(3n, 3n, s), true);
  for (const s of [L, L + 1n, 2n * L, 2n ** 253n, 2n ** 256n - 1n]) assert.equal(strict(3n, 3n, s), false);
});

test('the form agrees with arithmetic on whole numbers, for any values', () => {
  const near = (value: bigint) => fc.bigInt({ min: value - 40n, max: value + 40n });
  const point = fc.oneof(
    fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
    near(P),
    near(P + SIGN - 60n),
    ...SMALL_Y.slice(2).map(near),
  );
  const scalar = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), near(L), fc.bigInt({ min: 0n, max: L }));
  const pointIsStrict = (value: bigint) => value % SIGN < P && !SMALL_Y.includes(value % SIGN);
  fc.assert(
    fc.property(point, point, scalar, (a, r, s) => {
      assert.equal(strict(a, r, s), pointIsStrict(a) && pointIsStrict(r) && s < L);
    }),
    { numRuns: 1000 },
  );
});

test('other lengths are refused', () => {
  const [key, signature] = [new Uint8Array(32).fill(3), new Uint8Array(64).fill(3)];
  assert.equal(isStrict(key, signature), true);
  for (const length of [0, 31, 33]) assert.equal(isStrict(new Uint8Array(length).fill(3), signature), false);
  for (const length of [0, 63, 65]) assert.equal(isStrict(key, new Uint8Array(length).fill(3)), false);
});

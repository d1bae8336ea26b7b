/**
 * Signatures on which libraries are known to differ: test/vectors/speccheck.json (the twelve of "Taming the many
 * EdDSAs", Chalkias, Garillot and Nikolaenko, with our verdict and its reason) and torsionCases, made here.
 */
import { readFileSync } from 'node:fs';
import { toHex, utf8 } from '../../src/core/bytes.ts';
import {
  add,
  BASE,
  challenge,
  encodePoint,
  encodeScalar,
  L,
  multiply,
  P,
  type Point,
  samePoint,
  smallOrderPoints,
  verifyStrictly,
  ZERO,
} from './curve.ts';

/** Hex throughout, so that a case can travel into a browser. */
export interface SignatureCase {
  readonly reason: string;
  readonly key: string;
  readonly signature: string;
  readonly message: string;
  readonly accepted: boolean;
}

export function speccheckCases(): SignatureCase[] {
  return JSON.parse(readFileSync(new URL('../vectors/speccheck.json', import.meta.url), 'utf8')).cases;
}

/**
 * Signatures with a point of small order added to A, to R or to both, A or R of small order alone in every encoding,
 * and S beyond the group order. All satisfy the equation times the cofactor; of each kind one satisfies it without,
 * and where there is such a thing, one does not.
 */
export function torsionCases(): SignatureCase[] {
  return [...mixedOrders(), ...smallKeys(), ...smallCommitments(), ...wideScalars()];
}

interface Recipe {
  readonly name: string;
  /** A = [secret]B + onKey, R = [nonce]B + onR. */
  readonly secret: bigint;
  readonly onKey: Point;
  readonly nonce: bigint;
  readonly onR: Point;
  /** Another encoding of A or R than the canonical one. */
  readonly keyBytes?: Uint8Array;
  readonly rBytes?: Uint8Array;
  /** How many times the group order to add to S. */
  readonly wraps?: bigint;
}

const SECRET = 0x5eedn * 0x10001n ** 14n;
const NONCE = 0x1234567n * 0x10001n ** 13n;
const PLAIN = { secret: SECRET, onKey: ZERO, nonce: NONCE, onR: ZERO };

function mixedOrders(): SignatureCase[] {
  const points = smallOrderPoints();
  return [0, 1, 2, 4].flatMap((i) =>
    points.flatMap((onR, j) => {
      return craft({ ...PLAIN, onKey: points[i] ?? ZERO, onR, name: `small point ${i} added to A, ${j} to R` });
    }),
  );
}

const smallKeys = (): SignatureCase[] =>
  smallEncodings().flatMap(({ name, bytes, point }) =>
    craft({ ...PLAIN, secret: 0n, onKey: point, keyBytes: bytes, name: `A is ${name}` }),
  );

const smallCommitments = (): SignatureCase[] =>
  smallEncodings().flatMap(({ name, bytes, point }) =>
    craft({ ...PLAIN, nonce: 0n, onR: point, rBytes: bytes, name: `R is ${name}` }),
  );

const wideScalars = (): SignatureCase[] =>
  [1n, 2n, 7n, 14n].flatMap((wraps) => craft({ ...PLAIN, wraps, name: `${wraps} times the group order added to S` }));

/** Every 32 bytes that some decoder takes for a point of small order. */
function smallEncodings(): { name: string; bytes: Uint8Array; point: Point }[] {
  return smallOrderPoints().flatMap((point, i) => {
    const ys = point.y < 19n ? [point.y, point.y + P] : [point.y];
    const signs = point.x === 0n ? [0n, 1n] : [point.x & 1n];
    return ys.flatMap((y) =>
      signs.map((sign) => ({
        name: `small point ${i}, y ${y < P ? 'below' : 'above'} the prime, sign ${sign}`,
        bytes: encodeScalar(y | (sign << 255n)),
        point,
      })),
    );
  });
}

/** Tries messages for one with which the equation holds without the cofactor, and for one with which it does not. */
function craft(recipe: Recipe): SignatureCase[] {
  const key = recipe.keyBytes ?? encodePoint(add(multiplyBase(recipe.secret), recipe.onKey));
  const r = recipe.rBytes ?? encodePoint(add(multiplyBase(recipe.nonce), recipe.onR));
  const found = new Map<boolean, SignatureCase>();
  for (let n = 0; n < 40 && found.size < 2; n++) {
    const message = utf8(`${recipe.name}, ${n}`);
    const k = challenge(r, key, message);
    const holds = samePoint(add(recipe.onR, multiply(recipe.onKey, k)), ZERO);
    const s = ((recipe.nonce + k * recipe.secret) % L) + L * (recipe.wraps ?? 0n);
    if (!found.has(holds)) found.set(holds, judged(recipe.name, key, Uint8Array.of(...r, ...encodeScalar(s)), message));
  }
  return [...found.values()];
}

const multiples = new Map<bigint, Point>();
function multiplyBase(scalar: bigint): Point {
  const point = multiples.get(scalar) ?? multiply(BASE, scalar);
  multiples.set(scalar, point);
  return point;
}

function judged(reason: string, key: Uint8Array, signature: Uint8Array, message: Uint8Array): SignatureCase {
  const accepted = verifyStrictly(key, signature, message);
  return { reason, key: toHex(key), signature: toHex(signature), message: toHex(message), accepted };
}

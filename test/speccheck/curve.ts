/**
 * Ed25519 on BigInt, straight from RFC 8032, section 5.1: slow, not constant-time, and independent of every library
 * that the program uses. It judges signatures for the tests, and makes keys and signatures with parts of small
 * order, on which libraries are known to differ.
 */
import { createHash } from 'node:crypto';

export const P = 2n ** 255n - 19n;
export const L = 2n ** 252n + 27742317777372353535851937790883648493n;

/** Affine coordinates. */
export interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

const mod = (value: bigint, modulus = P): bigint => ((value % modulus) + modulus) % modulus;

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = mod(base), left = exponent; left > 0n; left >>= 1n, square = mod(square * square)) {
    if (left & 1n) result = mod(result * square);
  }
  return result;
}

const inverse = (value: bigint): bigint => power(value, P - 2n);
const D = mod(-121665n * inverse(121666n));
const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n);

export const ZERO: Point = { x: 0n, y: 1n };

export const add = (a: Point, b: Point): Point => toAffine(addExtended(toExtended(a), toExtended(b)));

export function multiply(point: Point, scalar: bigint): Point {
  let result = toExtended(ZERO);
  for (let double = toExtended(point), left = scalar; left > 0n; left >>= 1n, double = addExtended(double, double)) {
    if (left & 1n) result = addExtended(result, double);
  }
  return toAffine(result);
}

/** X, Y, Z and T of RFC 8032, section 5.1.4: no inversion until the end. */
type Extended = readonly [x: bigint, y: bigint, z: bigint, t: bigint];

const toExtended = ({ x, y }: Point): Extended => [x, y, 1n, mod(x * y)];

function toAffine([x, y, z]: Extended): Point {
  const scale = inverse(z);
  return { x: mod(x * scale), y: mod(y * scale) };
}

function addExtended([x1, y1, z1, t1]: Extended, [x2, y2, z2, t2]: Extended): Extended {
  const a = mod((y1 - x1) * (y2 - x2));
  const b = mod((y1 + x1) * (y2 + x2));
  const c = mod(2n * D * t1 * t2);
  const d = mod(2n * z1 * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

export const samePoint = (a: Point, b: Point): boolean => a.x === b.x && a.y === b.y;

/** The point with this y whose x has this low bit. Undefined where there is none. */
export function pointFromY(y: bigint, odd: boolean): Point | undefined {
  const [u, v] = [mod(y * y - 1n), mod(D * y * y + 1n)];
  let x = mod(u * power(v, 3n) * power(u * power(v, 7n), (P - 5n) / 8n));
  if (mod(v * x * x) !== u) x = mod(x * ROOT_OF_MINUS_ONE);
  if (mod(v * x * x) !== u || (x === 0n && odd)) return undefined;
  return { x: (x & 1n) === (odd ? 1n : 0n) ? x : P - x, y };
}

export function encodeScalar(value: bigint): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}

export const decodeScalar = (bytes: Uint8Array): bigint =>
  bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);

export const encodePoint = ({ x, y }: Point): Uint8Array<ArrayBuffer> => encodeScalar(y | ((x & 1n) << 255n));

/** Undefined for a y at or above the prime, and for what is no point. */
export function decodePoint(bytes: Uint8Array): Point | undefined {
  const value = decodeScalar(bytes);
  const y = value & (2n ** 255n - 1n);
  return y < P ? pointFromY(y, value >> 255n === 1n) : undefined;
}

export const BASE = pointFromY(mod(4n * inverse(5n)), false) as Point;

/** k of the equation: SHA-512(R ‖ A ‖ message) modulo the group order. */
export function challenge(r: Uint8Array, key: Uint8Array, message: Uint8Array): bigint {
  return mod(decodeScalar(createHash('sha512').update(r).update(key).update(message).digest()), L);
}

/** The whole strict rule of spec/01-identity.md#signatures, in its own words. */
export function verifyStrictly(key: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean {
  const [rBytes, sBytes] = [signature.subarray(0, 32), signature.subarray(32)];
  const [a, r, s] = [decodePoint(key), decodePoint(rBytes), decodeScalar(sBytes)];
  if (a === undefined || r === undefined || s >= L) return false;
  if (samePoint(multiply(a, 8n), ZERO) || samePoint(multiply(r, 8n), ZERO)) return false;
  return samePoint(multiply(BASE, s), add(r, multiply(a, challenge(rBytes, key, message))));
}

/** The eight points of small order, zero among them. */
export function smallOrderPoints(): Point[] {
  const generator = pointFromY(0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n, false) as Point;
  return Array.from({ length: 8 }, (_, i) => multiply(generator, BigInt(i)));
}

/**
 * The form that a signature must have before a library may look at it (spec/01-identity.md#signatures):
 * S below the group order, the key A and the commitment R canonically encoded and not of small order. Libraries
 * differ on exactly these, and agree on the rest: the equation [S]B = R + [k]A, without the cofactor, which stays
 * theirs to check. Together they give one verdict on every platform.
 */
export const KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

/** False: refuse, whatever a library says. True: the library's verdict counts. */
export function isStrict(key: Uint8Array, signature: Uint8Array): boolean {
  if (key.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  return isStrictPoint(key, 0) && isStrictPoint(signature, 0) && isBelow(signature, 32, GROUP_ORDER, 0xff);
}

/** 2^255 - 19, little-endian. */
const FIELD_PRIME = littleEndian(2n ** 255n - 19n);
/** The order of the base point, little-endian. */
const GROUP_ORDER = littleEndian(2n ** 252n + 27742317777372353535851937790883648493n);

/** The y of all eight points of small order; the sign bit takes each of them once or twice. */
const SMALL_ORDER_Y: readonly Uint8Array[] = [
  littleEndian(0n),
  littleEndian(1n),
  littleEndian(2n ** 255n - 20n),
  littleEndian(0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n),
  littleEndian(0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n),
];

function isStrictPoint(bytes: Uint8Array, offset: number): boolean {
  return isBelow(bytes, offset, FIELD_PRIME, 0x7f) && !SMALL_ORDER_Y.some((y) => isSameY(bytes, offset, y));
}

/** Compares 32 little-endian bytes; `topMask` takes the sign bit off the last one. */
function isBelow(bytes: Uint8Array, offset: number, bound: Uint8Array, topMask: number): boolean {
  for (let i = 31; i >= 0; i--) {
    const difference = byteAt(bytes, offset, i, topMask) - (bound[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function isSameY(bytes: Uint8Array, offset: number, y: Uint8Array): boolean {
  for (let i = 0; i < 32; i++) if (byteAt(bytes, offset, i, 0x7f) !== y[i]) return false;
  return true;
}

const byteAt = (bytes: Uint8Array, offset: number, i: number, topMask: number): number =>
  (bytes[offset + i] ?? 0) & (i === 31 ? topMask : 0xff);

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}

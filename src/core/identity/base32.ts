/**
 * Crockford's Base32 as Pigeon uses it (spec/01-identity.md#spellings): upper case, no padding, most significant
 * bit first, the last group filled up with zero bits.
 */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const NONE = 255;

/** The value of each ASCII character: people also type lower case, O for 0, I and L for 1. */
const VALUES = new Uint8Array(128).fill(NONE);
for (const [value, digit] of [...DIGITS].entries()) {
  VALUES[digit.charCodeAt(0)] = value;
  VALUES[digit.toLowerCase().charCodeAt(0)] = value;
}
for (const [alias, value] of [
  ['Oo', 0],
  ['IiLl', 1],
] as const) {
  for (const character of alias) VALUES[character.charCodeAt(0)] = value;
}

export function toBase32(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (let at = 0; at < bytes.length; at++) {
    held = ((held << 8) | (bytes[at] as number)) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += DIGITS[(held >> (bits - 5)) & 31];
  }
  return bits === 0 ? text : text + DIGITS[(held << (5 - bits)) & 31];
}

/** Takes all spellings above. Undefined for another size or unused bits set. */
export function fromBase32(text: string, length: number): Uint8Array<ArrayBuffer> | undefined {
  const digits = Math.ceil((length * 8) / 5);
  if (text.length !== digits) return undefined;
  const bytes = new Uint8Array(length);
  let held = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < digits; i++) {
    const value = VALUES[text.charCodeAt(i)] ?? NONE;
    if (value === NONE) return undefined;
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = held >> bits;
    }
  }
  return (held & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}

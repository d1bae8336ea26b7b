/**
 * Crockford's Base32 as Pigeon uses it (spec/01-identity.md#spellings): upper case, no padding, most significant
 * bit first, the last group filled up with zero bits.
 */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const VALUES = new Map([...DIGITS].map((digit, value) => [digit, value]));
const ALIASES: Readonly<Record<string, string>> = { O: '0', I: '1', L: '1' };

export function toBase32(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += DIGITS[(held >> (bits - 5)) & 31];
  }
  return bits === 0 ? text : text + DIGITS[(held << (5 - bits)) & 31];
}

/** Also takes what people type: lower case, O for 0, I and L for 1. Undefined for another size or unused bits set. */
export function fromBase32(text: string, length: number): Uint8Array<ArrayBuffer> | undefined {
  if (text.length !== Math.ceil((length * 8) / 5)) return undefined;
  const bytes = new Uint8Array(length);
  let held = 0;
  let bits = 0;
  let at = 0;
  for (const character of text.toUpperCase()) {
    const value = VALUES.get(ALIASES[character] ?? character);
    if (value === undefined) return undefined;
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 0xff;
    }
  }
  return at === length && (held & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}

/**
 * Bytes and their spellings: hex, base64, UTF-8. Decoders are strict: one spelling for one value,
 * `undefined` for anything else, never a guess.
 */
const encoder = new TextEncoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const utf8 = (text: string): Uint8Array<ArrayBuffer> => encoder.encode(text);

/** The text, or undefined where the bytes are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** What newer platforms bring along, many times as fast as any loop. */
interface NativeText {
  toHex?(): string;
  toBase64?(): string;
}
const native = Uint8Array as typeof Uint8Array & {
  fromBase64?(text: string, options: { lastChunkHandling: 'strict' }): Uint8Array<ArrayBuffer>;
};

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

export const toHex = (bytes: Uint8Array): string => (bytes as NativeText).toHex?.() ?? toHexByHand(bytes);

export function toHexByHand(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX[byte];
  return text;
}

const NIBBLES = new Map([...'0123456789abcdef'].map((digit, value) => [digit.charCodeAt(0), value]));

/** Lower-case hex of exactly `length` bytes (any even count where no length is given), else undefined. */
export function fromHex(text: string, length = text.length / 2): Uint8Array<ArrayBuffer> | undefined {
  if (text.length !== length * 2 || !Number.isInteger(length)) return undefined;
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const high = NIBBLES.get(text.charCodeAt(i * 2));
    const low = NIBBLES.get(text.charCodeAt(i * 2 + 1));
    if (high === undefined || low === undefined) return undefined;
    bytes[i] = high * 16 + low;
  }
  return bytes;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BASE64_VALUE = new Map([...BASE64].map((character, value) => [character.charCodeAt(0), value]));

/** RFC 4648 base64 with padding. */
export const toBase64 = (bytes: Uint8Array): string => (bytes as NativeText).toBase64?.() ?? toBase64ByHand(bytes);

/** Strict RFC 4648 base64: padded, no white space, unused bits zero; else undefined. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (native.fromBase64 === undefined) return fromBase64ByHand(text);
  // The platform's skips white space, which would give one value many spellings.
  if (text.length % 4 !== 0 || /\s/.test(text)) return undefined;
  try {
    return native.fromBase64(text, { lastChunkHandling: 'strict' });
  } catch {
    return undefined;
  }
}

export function toBase64ByHand(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const digits = [group >> 18, (group >> 12) & 63, (group >> 6) & 63, group & 63];
    const kept = Math.min(bytes.length - i, 3) + 1;
    for (let d = 0; d < 4; d++) text += d < kept ? BASE64[digits[d] ?? 0] : '=';
  }
  return text;
}

export function fromBase64ByHand(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  const digits = text.length - padding;
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < digits; i++) {
    const value = BASE64_VALUE.get(text.charCodeAt(i));
    if (value === undefined) return undefined;
    held = ((held << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 0xff;
    }
  }
  return (held & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** For secrets: the time taken depends on the lengths alone. */
export function equalConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** Lexicographic order, as memcmp and SQLite compare blobs: negative, zero or positive. */
export function compare(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

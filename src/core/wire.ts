/**
 * Reading and writing the binary forms of our own (spec/00-conventions.md#binary): big-endian integers, varints and
 * tagged fields. The reader is strict and bounded: it never reads past its bytes, takes one spelling for one value,
 * and throws DecodeError naming the field. What a claimed length says is checked against what is there.
 */
import { concat, fromUtf8, utf8 } from './bytes.ts';
import { DecodeError } from './errors.ts';

/** 53 bits, seven in each byte. */
const MAX_VARINT_BYTES = 8;

export function u16(value: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(value >>> 8, value & 0xff);
}

export function u32(value: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

/** Least significant seven bits first, the top bit set in all bytes but the last. A safe integer, not negative. */
export function varint(value: number): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

/** One field: varint tag, varint length, value. */
export function tagged(tag: number, value: Uint8Array | string): Uint8Array<ArrayBuffer> {
  const bytes = typeof value === 'string' ? utf8(value) : value;
  return concat(varint(tag), varint(bytes.length), bytes);
}

export class Reader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  #at = 0;

  /** `what` is what the messages of errors call the whole: "Cannot read <what>: …". */
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** A copy of the next `length` bytes. */
  take(length: number, field: string): Uint8Array<ArrayBuffer> {
    if (length > this.left) this.refuse(field, `expected ${length} bytes, got ${this.left}`);
    this.#at += length;
    return this.#bytes.slice(this.#at - length, this.#at) as Uint8Array<ArrayBuffer>;
  }

  /** The next `length` bytes where they are: for what is large, and used up before the whole is let go. */
  view(length: number, field: string): Uint8Array {
    if (length > this.left) this.refuse(field, `expected ${length} bytes, got ${this.left}`);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  u8(field: string): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) this.refuse(field, 'expected 1 bytes, got 0');
    this.#at++;
    return byte;
  }

  u16(field: string): number {
    return this.u8(field) * 0x100 + this.u8(field);
  }

  u32(field: string): number {
    return this.u16(field) * 0x10000 + this.u16(field);
  }

  varint(field: string): number {
    let value = 0;
    for (let i = 0, scale = 1; i < MAX_VARINT_BYTES; i++, scale *= 0x80) {
      const byte = this.u8(field);
      value += (byte & 0x7f) * scale;
      if (byte >= 0x80) continue;
      if (byte === 0 && i > 0) break;
      if (Number.isSafeInteger(value)) return value;
      break;
    }
    return this.refuse(field, 'expected the shortest varint of a safe integer');
  }

  /** The next field, or undefined at the end. */
  tagged(field: string): { tag: number; value: Uint8Array<ArrayBuffer> } | undefined {
    if (this.left === 0) return undefined;
    const tag = this.varint(field);
    return { tag, value: this.take(this.varint(field), field) };
  }

  end(): void {
    if (this.left > 0) this.refuse('end', `expected no more bytes, got ${this.left}`);
  }

  refuse(field: string, detail: string): never {
    throw new DecodeError(field, `Cannot read ${this.#what}: ${field}: ${detail}`);
  }
}

export type Tags = ReadonlyMap<number, readonly Uint8Array<ArrayBuffer>[]>;

/** A tag that the format at hand does not know and must not skip. */
export interface UnknownTag {
  readonly unknown: number;
}

export interface TagRules {
  readonly known: readonly number[];
  /** Those that may stand more than once, in a row. */
  readonly repeated?: readonly number[];
  readonly atMost: number;
}

/**
 * All that is left, as fields in ascending order of tags. Unknown even tags are skipped; the first unknown odd one
 * is returned instead, once all else has proven well-formed.
 */
export function readTags(reader: Reader, rules: TagRules): Tags | UnknownTag {
  const tags = new Map<number, Uint8Array<ArrayBuffer>[]>();
  let unknown: number | undefined;
  let last = 0;
  for (let count = 0, next = reader.tagged('tags'); next !== undefined; next = reader.tagged('tags')) {
    if (++count > rules.atMost) reader.refuse('tags', `expected at most ${rules.atMost} of them`);
    const again = next.tag === last && rules.repeated?.includes(next.tag);
    if (next.tag <= last && !again) reader.refuse('tags', `expected a tag above ${last}, got ${next.tag}`);
    last = next.tag;
    if (rules.known.includes(next.tag)) tags.set(next.tag, [...(tags.get(next.tag) ?? []), next.value]);
    else if (next.tag % 2 === 1) unknown ??= next.tag;
  }
  return unknown === undefined ? tags : { unknown };
}

export const isUnknownTag = (tags: Tags | UnknownTag): tags is UnknownTag => 'unknown' in tags;

/** The text of UTF-8 bytes of at most `units` UTF-16 units; throws DecodeError. */
export function readText(bytes: Uint8Array, field: string, units: number): string {
  const text = fromUtf8(bytes);
  if (text !== undefined && text.length <= units) return text;
  throw new DecodeError(field, `${field} must be UTF-8 text of at most ${units} UTF-16 units`);
}

/** The number of a value that is one varint and nothing else; throws DecodeError. */
export function readNumber(bytes: Uint8Array, field: string): number {
  const reader = new Reader(bytes, field);
  const value = reader.varint(field);
  reader.end();
  return value;
}

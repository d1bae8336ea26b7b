/**
 * Reads keep packets (spec/08-keep.md#decoding), strictly and within bounds: throws DecodeError for what is no packet.
 * As protobuf says, fields may come in any order and the last of a number counts; the signature then covers the canonical
 * form of what was read, never the bytes as they came.
 */
import { fromUtf8 } from '../bytes.ts';
import { DecodeError } from '../errors.ts';
import { LIMITS } from '../registry.ts';
import { signedBytes } from './encode.ts';
import { EMPTY, FIELDS, type FieldKind, type FieldName, type Packet } from './schema.ts';

export interface ReadPacket {
  readonly packet: Packet;
  /** What its signature covers. */
  readonly signed: Uint8Array;
}

export const decodePacket = (bytes: Uint8Array): Packet => read(bytes).packet;

/** Also gives the signed bytes; where the packet came in canonical form, they are a part of `bytes`, not a copy. */
export function readPacket(bytes: Uint8Array): ReadPacket {
  const { packet, tail } = read(bytes);
  return { packet, signed: tail === undefined ? signedBytes(packet) : bytes.subarray(tail) };
}

/**
 * Where the first of several packets that came without frames ends: before the next field sig. Undefined while the last
 * field is incomplete or what came is no packet.
 */
export function firstPacketEnd(bytes: Uint8Array): number | undefined {
  const reader = { bytes, at: 0 };
  try {
    while (reader.at < bytes.length) {
      const start = reader.at;
      const tag = readTag(reader);
      if (start > 0 && tag >>> 3 === 1) return start;
      skip(reader, tag & 7);
    }
    return bytes.length > 0 ? bytes.length : undefined;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

const VARINT = 0;
const LENGTH = 2;
const MOST_UINT32 = 0xffff_ffffn;
const MOST_UINT64 = 0xffff_ffff_ffff_ffffn;

interface Reader {
  readonly bytes: Uint8Array;
  at: number;
}

/** `tail`: where the signed bytes begin, if the packet is canonical and nothing unknown follows. */
function read(bytes: Uint8Array): { packet: Packet; tail: number | undefined } {
  if (bytes.length > LIMITS.packetBytes) throw bad('size', `at most ${LIMITS.packetBytes} bytes, got ${bytes.length}`);
  const packet: { -readonly [Name in keyof Packet]: Packet[Name] } = { ...EMPTY };
  const reader: Reader = { bytes, at: 0 };
  const strangers: Uint8Array[] = [];
  let isCanonical = true;
  let last = 0;
  let tail = 0;
  while (reader.at < bytes.length) {
    const start = reader.at;
    const tag = readTag(reader);
    const number = tag >>> 3;
    const field = FIELDS[number - 1];
    if (field === undefined) {
      skip(reader, tag & 7);
      strangers.push(bytes.subarray(start, reader.at));
      continue;
    }
    const value = readField(reader, tag & 7, field);
    if (number <= last || value === 0 || value === 0n || (value as string).length === 0) isCanonical = false;
    last = number;
    if (number <= 2) tail = reader.at;
    (packet as Record<FieldName, unknown>)[field[0]] = value;
  }
  if (strangers.length > 0) packet.unknown = joined(strangers);
  return { packet, tail: isCanonical && strangers.length === 0 ? tail : undefined };
}

function readField(reader: Reader, wire: number, [name, kind]: readonly [FieldName, FieldKind]): unknown {
  const isNumber = kind === 'uint32' || kind === 'uint64';
  if (wire !== (isNumber ? VARINT : LENGTH)) throw bad(name, `its own wire type, got ${wire}`);
  if (isNumber) {
    const value = readVarint(reader, name);
    if (kind === 'uint32' && BigInt(value) > MOST_UINT32) throw bad(name, 'at most 32 bits');
    return kind === 'uint32' ? Number(value) : BigInt(value);
  }
  const content = readContent(reader, name);
  return kind === 'bytes' ? content : readText(content, name);
}

function readTag(reader: Reader): number {
  const tag = readVarint(reader, 'tag');
  if (typeof tag === 'bigint' || tag > 0xffff_ffff || tag < 8) throw bad('tag', 'a field number from 1 to 2^29 - 1');
  return tag;
}

function skip(reader: Reader, wire: number): void {
  if (wire === VARINT) readVarint(reader, 'unknown field');
  else if (wire === LENGTH) readContent(reader, 'unknown field');
  else if (wire === 1) advance(reader, 8, 'unknown field');
  else if (wire === 5) advance(reader, 4, 'unknown field');
  else throw bad('tag', `a wire type of proto3, got ${wire}`);
}

function readContent(reader: Reader, field: string): Uint8Array {
  const length = Number(readVarint(reader, field));
  advance(reader, length, field);
  return reader.bytes.subarray(reader.at - length, reader.at);
}

function advance(reader: Reader, length: number, field: string): void {
  const left = reader.bytes.length - reader.at;
  if (length > left) throw bad(field, `at most the ${left} bytes that are left, got ${length}`);
  reader.at += length;
}

/** In its shortest form; a number up to 2^53 - 1 comes as one, a greater as bigint. */
function readVarint(reader: Reader, field: string): number | bigint {
  const { bytes } = reader;
  let value = 0;
  let scale = 1;
  for (let count = 0; count < 7; count++) {
    const byte = bytes[reader.at++];
    if (byte === undefined) throw bad(field, 'a whole number, got the end');
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return byte === 0 && count > 0 ? tooLong(field) : value;
    scale *= 128;
  }
  return readLongVarint(reader, field, BigInt(value));
}

function readLongVarint(reader: Reader, field: string, low: bigint): number | bigint {
  let value = low;
  for (let shift = 49n; shift < 70n; shift += 7n) {
    const byte = reader.bytes[reader.at++];
    if (byte === undefined) throw bad(field, 'a whole number, got the end');
    value |= BigInt(byte & 0x7f) << shift;
    if (byte >= 0x80) continue;
    if (byte === 0) return tooLong(field);
    if (value > MOST_UINT64) throw bad(field, 'at most 64 bits');
    return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  }
  throw bad(field, 'at most ten bytes');
}

function tooLong(field: string): never {
  throw bad(field, 'the shortest form of a number');
}

const SHORT = 48;

/** Short ASCII by hand, which is several times as fast as a decoder for each field. */
function readText(content: Uint8Array, field: string): string {
  let isPlain = content.length <= SHORT;
  for (let i = 0; isPlain && i < content.length; i++) isPlain = (content[i] as number) < 0x80;
  const text = isPlain ? String.fromCharCode(...content) : fromUtf8(content);
  if (text === undefined) throw bad(field, 'UTF-8, got other bytes');
  return text;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const bad = (field: string, wanted: string): DecodeError =>
  new DecodeError(field, `Cannot read packet: ${field}: expected ${wanted}`);

/**
 * The protobuf message Packet of keep-protocol (spec/08-keep.md#packet): strict, bounded decoding, and the canonical form,
 * in which fields stand in the order of their numbers and defaults are left out. The signature covers that form without
 * sig and pk.
 */
import { concat, fromUtf8, utf8 } from '../bytes.ts';
import { DecodeError } from '../errors.ts';
import { LIMITS } from '../registry.ts';

export interface Packet {
  readonly sig: Uint8Array;
  readonly pk: Uint8Array;
  readonly typ: number;
  readonly id: string;
  readonly src: string;
  readonly dst: string;
  readonly body: string;
  readonly fee: bigint;
  readonly ttl: number;
  readonly scar: Uint8Array;
}

type Kind = 'bytes' | 'text' | 'uint32' | 'uint64';

/** By number, from 1. */
const FIELDS: readonly (readonly [keyof Packet, Kind])[] = [
  ['sig', 'bytes'],
  ['pk', 'bytes'],
  ['typ', 'uint32'],
  ['id', 'text'],
  ['src', 'text'],
  ['dst', 'text'],
  ['body', 'text'],
  ['fee', 'uint64'],
  ['ttl', 'uint32'],
  ['scar', 'bytes'],
];

const NOTHING = new Uint8Array(0);
const VARINT = 0;
const LENGTH = 2;
/** Of the wire types that have one size. */
const FIXED: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

/** The whole packet in canonical form. */
export function encodePacket(packet: Packet): Uint8Array<ArrayBuffer> {
  return concat(...FIELDS.map(([name, kind], at) => encodeField(at + 1, kind, packet[name])));
}

/** What the signature covers. */
export const signedBytes = (packet: Packet): Uint8Array<ArrayBuffer> =>
  encodePacket({ ...packet, sig: NOTHING, pk: NOTHING });

/** Later fields of one number win, unknown ones are passed over, as proto3 says. Throws DecodeError. */
export function decodePacket(bytes: Uint8Array): Packet {
  if (bytes.length > LIMITS.packetBytes) throw bad('size', `at most ${LIMITS.packetBytes} bytes, got ${bytes.length}`);
  const texts = { id: '', src: '', dst: '', body: '' };
  const packet: Record<string, unknown> = {
    sig: NOTHING,
    pk: NOTHING,
    typ: 0,
    ...texts,
    fee: 0n,
    ttl: 0,
    scar: NOTHING,
  };
  const reader = { bytes, at: 0 };
  while (reader.at < bytes.length) {
    const tag = Number(varint(reader) & 0xffff_ffffn);
    const [name, kind] = FIELDS[(tag >>> 3) - 1] ?? [];
    const value = readValue(reader, tag);
    const wanted = kind === 'bytes' || kind === 'text' ? LENGTH : VARINT;
    // A known number with another wire type counts as an unknown field.
    if (name !== undefined && (tag & 7) === wanted) packet[name] = typed(name, kind as Kind, value);
  }
  return packet as unknown as Packet;
}

interface Reader {
  readonly bytes: Uint8Array;
  at: number;
}

function readValue(reader: Reader, tag: number): bigint | Uint8Array {
  const wire = tag & 7;
  if (tag >>> 3 === 0) throw bad('field', 'a field number, got 0');
  if (wire === VARINT) return varint(reader);
  const length = wire === LENGTH ? Number(varint(reader)) : FIXED[wire];
  if (length === undefined) throw bad('field', `a wire type of proto3, got ${wire}`);
  const left = reader.bytes.length - reader.at;
  if (length > left) throw bad('field', `at most the ${left} bytes that are left, got ${length}`);
  reader.at += length;
  return reader.bytes.slice(reader.at - length, reader.at);
}

function typed(name: string, kind: Kind, value: bigint | Uint8Array): unknown {
  if (typeof value === 'bigint') return kind === 'uint32' ? Number(BigInt.asUintN(32, value)) : value;
  if (kind === 'bytes') return value;
  const text = fromUtf8(value);
  if (text === undefined) throw bad(name, 'UTF-8, got other bytes');
  return text;
}

/** At most ten bytes; what exceeds 64 bits is cut, as published decoders do. */
function varint(reader: Reader): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = reader.bytes[reader.at++];
    if (byte === undefined) throw bad('number', 'a whole number, got the end');
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asUintN(64, value);
  }
  throw bad('number', 'at most ten bytes');
}

function encodeField(number: number, kind: Kind, value: Packet[keyof Packet]): Uint8Array<ArrayBuffer> {
  if (typeof value === 'number' || typeof value === 'bigint') {
    return BigInt(value) === 0n ? NOTHING : concat(Uint8Array.of(number << 3), encodeVarint(BigInt(value)));
  }
  const content = kind === 'text' ? utf8(value as string) : (value as Uint8Array);
  if (content.length === 0) return NOTHING;
  return concat(Uint8Array.of((number << 3) | LENGTH), encodeVarint(BigInt(content.length)), content);
}

function encodeVarint(value: bigint): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

const bad = (field: string, wanted: string): DecodeError =>
  new DecodeError(field, `Cannot read packet: expected ${wanted}`);

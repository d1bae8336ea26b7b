/**
 * The canonical form of a packet (spec/08-keep.md#canonical-form): fields stand in the order of their numbers, defaults are
 * left out. The signature covers that form without sig and pk.
 */
import { utf8 } from '../bytes.ts';
import { FIELDS, NOTHING, type Packet } from './schema.ts';

const LENGTH_DELIMITED = 2;
const FIRST_SIGNED = 2;

/** The whole packet in canonical form, unknown fields at its end. */
export function encodePacket(packet: Packet): Uint8Array<ArrayBuffer> {
  const unknown = packet.unknown ?? NOTHING;
  const bytes = encodeFields(packet, 0, unknown.length);
  bytes.set(unknown, bytes.length - unknown.length);
  return bytes;
}

/** What the signature covers. */
export const signedBytes = (packet: Packet): Uint8Array<ArrayBuffer> => encodeFields(packet, FIRST_SIGNED, 0);

function encodeFields(packet: Packet, from: number, spare: number): Uint8Array<ArrayBuffer> {
  const contents: (Uint8Array | undefined)[] = [];
  let size = spare;
  for (let at = from; at < FIELDS.length; at++) {
    const value = packet[(FIELDS[at] as (typeof FIELDS)[number])[0]];
    const content = typeof value === 'string' ? utf8(value) : typeof value === 'object' ? value : undefined;
    contents[at] = content;
    if (content !== undefined) size += content.length === 0 ? 0 : 1 + varintSize(content.length) + content.length;
    else size += !value ? 0 : 1 + varintSize(value as number | bigint);
  }
  return writeFields(new Uint8Array(size), packet, contents, from);
}

function writeFields(
  bytes: Uint8Array<ArrayBuffer>,
  packet: Packet,
  contents: readonly (Uint8Array | undefined)[],
  from: number,
): Uint8Array<ArrayBuffer> {
  let at = 0;
  for (let field = from; field < FIELDS.length; field++) {
    const content = contents[field];
    const value = packet[(FIELDS[field] as (typeof FIELDS)[number])[0]];
    if (content === undefined ? !value : content.length === 0) continue;
    bytes[at++] = ((field + 1) << 3) | (content === undefined ? 0 : LENGTH_DELIMITED);
    at = writeVarint(bytes, at, content === undefined ? (value as number | bigint) : content.length);
    if (content === undefined) continue;
    bytes.set(content, at);
    at += content.length;
  }
  return bytes;
}

function varintSize(value: number | bigint): number {
  let size = 1;
  for (let rest = BigInt(value); rest > 0x7fn; rest >>= 7n) size++;
  return size;
}

/** Returns where it ends. */
function writeVarint(bytes: Uint8Array, from: number, value: number | bigint): number {
  let at = from;
  let rest = BigInt(value);
  for (; rest > 0x7fn; rest >>= 7n) bytes[at++] = Number(rest & 0x7fn) | 0x80;
  bytes[at++] = Number(rest);
  return at;
}

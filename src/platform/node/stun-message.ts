/**
 * STUN (RFC 8489) as far as it tells a peer how it is seen from outside: binding requests and their answers, nothing
 * else (spec/11-transports.md#stun). Reading is strict and bounded; what is not understood is no message.
 */
import { isIPv6 } from 'node:net';

/** 96 bits, drawn by who asks. */
export type Transaction = Uint8Array;

export interface SeenAs {
  readonly host: string;
  readonly port: number;
}

export type BindingAnswer =
  | { readonly kind: 'seen'; readonly as: SeenAs }
  /** The server answered, and would not say. */
  | { readonly kind: 'refused'; readonly code: number };

export const TRANSACTION_BYTES = 12;
/** No request or answer of ours is longer; RFC 8489 asks for room within one datagram. */
export const LARGEST_MESSAGE = 548;

const HEADER_BYTES = 20;
const COOKIE = 0x2112a442;
const REQUEST = 0x0001;
const SUCCESS = 0x0101;
const FAILURE = 0x0111;
const MAPPED_ADDRESS = 0x0001;
const ERROR_CODE = 0x0009;
const UNKNOWN_ATTRIBUTES = 0x000a;
const XOR_MAPPED_ADDRESS = 0x0020;
/** Attributes below must be understood; those from here on may be passed over. */
const OPTIONAL = 0x8000;
const MOST_ATTRIBUTES = 32;

export const bindingRequest = (transaction: Transaction): Buffer => message(REQUEST, transaction, []);

/** The transaction of a binding request, and which attributes it demands that nobody here knows; undefined for anything else. */
export function readRequest(bytes: Uint8Array): { transaction: Transaction; unknown: number[] } | undefined {
  const parts = read(bytes);
  if (parts?.type !== REQUEST) return undefined;
  const unknown = parts.attributes.map(({ type }) => type).filter((type) => type < OPTIONAL);
  return { transaction: parts.transaction, unknown: [...new Set(unknown)] };
}

export function bindingSuccess(transaction: Transaction, { host, port }: SeenAs): Buffer {
  const address = addressBytes(host);
  const value = Buffer.alloc(4 + address.length);
  value[1] = address.length === 4 ? 1 : 2;
  value.writeUInt16BE(port ^ (COOKIE >>> 16), 2);
  value.set(xored(address, transaction), 4);
  return message(SUCCESS, transaction, [{ type: XOR_MAPPED_ADDRESS, value }]);
}

/** 420: it demands what is not known here. */
export function bindingFailure(transaction: Transaction, unknown: readonly number[]): Buffer {
  const named = Buffer.alloc(unknown.length * 2);
  for (const [at, type] of unknown.entries()) named.writeUInt16BE(type, at * 2);
  const code = Buffer.concat([Buffer.of(0, 0, 4, 20), Buffer.from('Unknown Attribute')]);
  return message(FAILURE, transaction, [
    { type: ERROR_CODE, value: code },
    { type: UNKNOWN_ATTRIBUTES, value: named },
  ]);
}

/** What a server answered to that transaction; undefined where it is no such answer. */
export function readAnswer(bytes: Uint8Array, transaction: Transaction): BindingAnswer | undefined {
  const parts = read(bytes);
  if (parts === undefined || Buffer.compare(parts.transaction, transaction) !== 0) return undefined;
  const attribute = (wanted: number) => parts.attributes.find(({ type }) => type === wanted)?.value;
  if (parts.type === FAILURE) return refusalOf(attribute(ERROR_CODE));
  if (parts.type !== SUCCESS) return undefined;
  const known = [XOR_MAPPED_ADDRESS, MAPPED_ADDRESS];
  if (parts.attributes.some(({ type }) => type < OPTIONAL && !known.includes(type))) return undefined;
  const value = attribute(XOR_MAPPED_ADDRESS);
  const as = value && seenAs(value, transaction);
  return as && { kind: 'seen', as };
}

interface Attribute {
  readonly type: number;
  readonly value: Uint8Array;
}

function message(type: number, transaction: Transaction, attributes: readonly Attribute[]): Buffer {
  const body = Buffer.concat(
    attributes.map(({ type, value }) => {
      const padded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
      padded.writeUInt16BE(type);
      padded.writeUInt16BE(value.length, 2);
      padded.set(value, 4);
      return padded;
    }),
  );
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(type);
  header.writeUInt16BE(body.length, 2);
  header.writeUInt32BE(COOKIE, 4);
  header.set(transaction, 8);
  return Buffer.concat([header, body]);
}

function read(bytes: Uint8Array): { type: number; transaction: Transaction; attributes: Attribute[] } | undefined {
  if (bytes.length < HEADER_BYTES || bytes.length > LARGEST_MESSAGE) return undefined;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.readUInt32BE(4) !== COOKIE || view.readUInt16BE(2) !== bytes.length - HEADER_BYTES) return undefined;
  const attributes: Attribute[] = [];
  let at = HEADER_BYTES;
  while (at < view.length) {
    if (view.length - at < 4 || attributes.length === MOST_ATTRIBUTES) return undefined;
    const length = view.readUInt16BE(at + 2);
    const end = at + 4 + length;
    if (end > view.length) return undefined;
    attributes.push({ type: view.readUInt16BE(at), value: view.subarray(at + 4, end) });
    at += 4 + Math.ceil(length / 4) * 4;
  }
  // Padding of the last one may not reach past the end either.
  if (at !== view.length) return undefined;
  return { type: view.readUInt16BE(0), transaction: new Uint8Array(view.subarray(8, HEADER_BYTES)), attributes };
}

function refusalOf(value: Uint8Array | undefined): BindingAnswer | undefined {
  const [, , hundreds = 0, rest = 0] = value ?? [];
  const isCode = value !== undefined && value.length >= 4 && hundreds >= 3 && hundreds <= 6 && rest <= 99;
  return isCode ? { kind: 'refused', code: hundreds * 100 + rest } : undefined;
}

function seenAs(value: Uint8Array, transaction: Transaction): SeenAs | undefined {
  const family = value[1];
  if (!(family === 1 && value.length === 8) && !(family === 2 && value.length === 20)) return undefined;
  const port = (((value[2] ?? 0) << 8) | (value[3] ?? 0)) ^ (COOKIE >>> 16);
  const bytes = xored(value.subarray(4), transaction);
  return port === 0 ? undefined : { host: hostOf(bytes), port };
}

/** With the cookie, and for IPv6 the transaction behind it, so that no NAT on the way rewrites what it takes for an address. */
function xored(address: Uint8Array, transaction: Transaction): Uint8Array {
  const mask = Buffer.alloc(4 + TRANSACTION_BYTES);
  mask.writeUInt32BE(COOKIE);
  mask.set(transaction, 4);
  return address.map((byte, i) => byte ^ (mask[i] ?? 0));
}

function addressBytes(host: string): Uint8Array {
  if (!isIPv6(host)) return Uint8Array.from(host.split('.'), Number);
  const [head = '', tail = ''] = host.split('::').map(expanded);
  const words = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const [front, back] = [words(head), words(tail)];
  const all = host.includes('::') ? [...front, ...new Array(8 - front.length - back.length).fill('0'), ...back] : front;
  return Uint8Array.from(all.flatMap((word) => [Number.parseInt(word, 16) >> 8, Number.parseInt(word, 16) & 0xff]));
}

/** An IPv4 address at the end of an IPv6 one, as two words. */
const expanded = (part: string): string =>
  part.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
    [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((word) => word.toString(16)).join(':'),
  );

function hostOf(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const words = Array.from({ length: 8 }, (_, i) =>
    (((bytes[i * 2] ?? 0) << 8) | (bytes[i * 2 + 1] ?? 0)).toString(16),
  );
  return new URL(`http://[${words.join(':')}]`).hostname.slice(1, -1);
}

/**
 * What two peers say to each other once they know each other (spec/09-sync.md#messages): strict and bounded both ways.
 * Each message is a type and its fields; unknown even types are skipped, unknown odd ones end the session.
 */
import { concat } from '../../bytes.ts';
import { DecodeError } from '../../errors.ts';
import { LIMITS } from '../../registry.ts';
import { Reader, readText, varint } from '../../wire.ts';
import { FINGERPRINT_BYTES } from '../range-message.ts';
import { decodeWants, encodeWants, type Wants } from './wants.ts';

/** A set as one side has it now. */
export interface Offer {
  readonly set: string;
  readonly count: number;
  readonly fingerprint: Uint8Array;
}

/** One member of a set: an envelope's stored form, a profile, the head of a log, a fork. */
export interface Row {
  /** When it entered the network, in milliseconds since 1970. */
  readonly received: number;
  /** 0: never. */
  readonly expires: number;
  readonly bytes: Uint8Array;
}

export type Message =
  | { readonly type: 'wants'; readonly wants: Wants }
  | { readonly type: 'offers'; readonly offers: readonly Offer[] }
  | { readonly type: 'ranges'; readonly set: string; readonly ranges: Uint8Array }
  | { readonly type: 'need'; readonly set: string; readonly ids: readonly Uint8Array[] }
  | { readonly type: 'rows'; readonly set: string; readonly rows: readonly Row[] }
  /** Asks for a log's entries from a depth on; the key in 32 bytes. */
  | { readonly type: 'read'; readonly author: Uint8Array; readonly from: number }
  /** Entries in the form of a bundle's text, from that depth on. */
  | { readonly type: 'entries'; readonly author: Uint8Array; readonly from: number; readonly text: Uint8Array }
  /** Asks for a blob's bytes from `at` on. */
  | { readonly type: 'fetch'; readonly hash: Uint8Array; readonly at: number }
  /** `total` 0: it is not here; `at` is 0 as well then. */
  | {
      readonly type: 'blob';
      readonly hash: Uint8Array;
      readonly total: number;
      readonly at: number;
      readonly bytes: Uint8Array;
    }
  /** The rest of a blob is not wanted any more. */
  | { readonly type: 'stop'; readonly hash: Uint8Array }
  /** The receiver of bulk has put so many bytes away and takes so many more. */
  | { readonly type: 'credit'; readonly bytes: number }
  /** All of the first so many messages is done and on disk, and nothing is left to say. */
  | { readonly type: 'rest'; readonly messages: number }
  | { readonly type: 'bye'; readonly reason: string };

const TYPES = {
  wants: 1,
  rest: 2,
  offers: 3,
  stop: 4,
  ranges: 5,
  need: 7,
  rows: 9,
  read: 11,
  entries: 13,
  fetch: 15,
  blob: 17,
  credit: 19,
  bye: 21,
} as const satisfies Record<Message['type'], number>;

const NAMES = new Map<number, Message['type']>(
  Object.entries(TYPES).map(([name, code]) => [code, name as Message['type']]),
);
/** These carry what the store holds, and take credit; all others are small. */
const BULK: ReadonlySet<Message['type']> = new Set(['rows', 'entries', 'blob']);
/** Of a blob every piece but the last has as much at least, so that pieces cost no more than what they bring. */
const LEAST_PIECE = 16_384;
/** What a row takes beside its bytes. */
const ROW_COST = 64;
const REASON_UNITS = 200;
const SET_UNITS = 80;
const CONTROL = /\p{Cc}/gu;

export function encodeMessage(message: Message): Uint8Array<ArrayBuffer> {
  return concat(varint(TYPES[message.type]), ...fields(message));
}

/** What a message of bulk takes of the credit (spec/09-sync.md#credit). */
export const costOf = (message: Message, length: number): number =>
  message.type === 'rows' ? length + ROW_COST * message.rows.length : length;

/** Undefined for a message of a later version that may be skipped. What is bulk in it are views of `bytes`. Throws DecodeError. */
export function decodeMessage(bytes: Uint8Array): Message | undefined {
  refuseLong(bytes, LIMITS.syncBulkBytes);
  const reader = new Reader(bytes, 'sync message');
  const code = reader.varint('type');
  const type = NAMES.get(code);
  if (type === undefined) return code % 2 === 0 ? undefined : reader.refuse('type', `${code} is critical and unknown`);
  if (!BULK.has(type)) refuseLong(bytes, LIMITS.syncMessageBytes);
  const message = READ[type](reader);
  reader.end();
  return message;
}

function refuseLong({ length }: Uint8Array, most: number): void {
  if (length <= most) return;
  throw new DecodeError('message', `Cannot read message: expected at most ${most} bytes, got ${length}`);
}

function fields(message: Message): Uint8Array[] {
  switch (message.type) {
    case 'wants':
      return [encodeWants(message.wants)];
    case 'offers':
      return message.offers.map(({ set, count, fingerprint }) => concat(text(set), varint(count), fingerprint));
    case 'ranges':
      return [text(message.set), message.ranges];
    case 'need':
      return [text(message.set), ...message.ids];
    case 'rows':
      return [text(message.set), ...message.rows.map(encodeRow)];
    case 'read':
      return [message.author, varint(message.from)];
    case 'entries':
      return [message.author, varint(message.from), message.text];
    case 'fetch':
      return [message.hash, varint(message.at)];
    case 'blob':
      return [message.hash, varint(message.total), varint(message.at), message.bytes];
    case 'stop':
      return [message.hash];
    case 'credit':
      return [varint(message.bytes)];
    case 'rest':
      return [varint(message.messages)];
    case 'bye':
      return [text(oneLine(message.reason))];
  }
}

const READ: Readonly<Record<Message['type'], (reader: Reader) => Message>> = {
  wants: (reader) => ({ type: 'wants', wants: decodeWants(rest(reader)) }),
  offers: (reader) => ({ type: 'offers', offers: some(reader, LIMITS.syncOffers, readOffer) }),
  ranges: (reader) => ({ type: 'ranges', set: readSet(reader), ranges: rest(reader) }),
  need: (reader) => {
    const set = readSet(reader);
    return { type: 'need', set, ids: some(reader, LIMITS.syncItems, () => reader.take(32, 'id')) };
  },
  rows: (reader) => {
    const set = readSet(reader);
    return { type: 'rows', set, rows: some(reader, LIMITS.syncItems, readRow) };
  },
  read: (reader) => ({ type: 'read', author: reader.take(32, 'author'), from: reader.varint('from') }),
  entries: (reader) => {
    const [author, from] = [reader.take(32, 'author'), reader.varint('from')];
    if (reader.left === 0) reader.refuse('text', 'expected an entry');
    return { type: 'entries', author, from, text: reader.view(reader.left, 'text') };
  },
  fetch: (reader) => ({ type: 'fetch', hash: reader.take(32, 'hash'), at: reader.varint('at') }),
  blob: (reader) => {
    const [hash, total, at] = [reader.take(32, 'hash'), reader.varint('total'), reader.varint('at')];
    if (at + reader.left > total) reader.refuse('at', 'expected no bytes behind the end');
    if (at + reader.left < total && reader.left < LEAST_PIECE)
      reader.refuse('bytes', `expected ${LEAST_PIECE} or more`);
    return { type: 'blob', hash, total, at, bytes: reader.view(reader.left, 'bytes') };
  },
  stop: (reader) => ({ type: 'stop', hash: reader.take(32, 'hash') }),
  credit: (reader) => ({ type: 'credit', bytes: reader.varint('bytes') }),
  rest: (reader) => ({ type: 'rest', messages: reader.varint('messages') }),
  bye: (reader) => {
    const reason = readString(reader, 'reason', REASON_UNITS);
    return reason === oneLine(reason) ? { type: 'bye', reason } : reader.refuse('reason', 'expected one line of text');
  },
};

/** For people, in terminals too: what is written to them must not steer them. */
export const oneLine = (reason: string): string => reason.replace(CONTROL, ' ').slice(0, REASON_UNITS);

const text = (value: string): Uint8Array => {
  const bytes = new TextEncoder().encode(value);
  return concat(varint(bytes.length), bytes);
};

const encodeRow = ({ received, expires, bytes }: Row): Uint8Array =>
  concat(varint(received), varint(expires), varint(bytes.length), bytes);

const readRow = (reader: Reader): Row => ({
  received: reader.varint('received'),
  expires: reader.varint('expires'),
  bytes: reader.take(reader.varint('row'), 'row'),
});

const readOffer = (reader: Reader): Offer => ({
  set: readSet(reader),
  count: reader.varint('count'),
  fingerprint: reader.take(FINGERPRINT_BYTES, 'fingerprint'),
});

const readSet = (reader: Reader): string => readString(reader, 'set', SET_UNITS);

const readString = (reader: Reader, field: string, units: number): string =>
  readText(reader.take(reader.varint(field), field), field, units);

const rest = (reader: Reader): Uint8Array<ArrayBuffer> => reader.take(reader.left, 'rest');

/** To the end of the message, at most so many. */
function some<T>(reader: Reader, most: number, read: (reader: Reader) => T): T[] {
  const items: T[] = [];
  while (reader.left > 0) {
    if (items.length === most) reader.refuse('count', `expected at most ${most}`);
    items.push(read(reader));
  }
  return items;
}

/**
 * The frames that two peers exchange over the paths of a bond (spec/10-route.md#frames), strict and bounded. A data
 * frame's payload is a view of the frame.
 */
import { concat, equal } from '../bytes.ts';
import { LIMITS } from '../registry.ts';
import { isUnknownTag, Reader, readTags, u16, varint } from '../wire.ts';

export type Frame = Open | Accept | Ping | Pong | Data | Ack;

/** Says who speaks over this path, and asks the other to prove that it hears. */
export interface Open {
  readonly kind: 'open';
  readonly session: Uint8Array;
  /** Bytes that the sender of this takes before it has handed any of them up. */
  readonly window: number;
  readonly number: number;
}

/** Answers an open: `session` is the answerer's, `heard` and `number` are those of the open. */
export interface Accept {
  readonly kind: 'accept';
  readonly session: Uint8Array;
  readonly heard: Uint8Array;
  readonly number: number;
}

export interface Ping {
  readonly kind: 'ping';
  readonly number: number;
}

/** Answers all pings up to that number; `arrived` counts the frames that came over this path so far. */
export interface Pong {
  readonly kind: 'pong';
  readonly number: number;
  readonly arrived: number;
}

export interface Data {
  readonly kind: 'data';
  /** 1, 2, 3 … for each direction of a bond. */
  readonly seq: number;
  /** The message goes on in the next number. */
  readonly more: boolean;
  readonly payload: Uint8Array;
}

/** Numbers from `from` to `to`, both included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Ack {
  readonly kind: 'ack';
  /** All numbers up to this one were handed up. */
  readonly taken: number;
  /** All up to this one have arrived. */
  readonly arrived: number;
  /** What has arrived above, in ascending order, with gaps between. */
  readonly spans: readonly Span[];
}

export const VERSION = 1;
export const SESSION_BYTES = 16;
const KINDS = { open: 1, accept: 2, ping: 3, pong: 4, data: 5, ack: 6 } as const;
const MORE = 1;

export function encodeFrame(frame: Frame): Uint8Array<ArrayBuffer> {
  const kind = Uint8Array.of(KINDS[frame.kind]);
  switch (frame.kind) {
    case 'open':
      return concat(
        ...[kind, Uint8Array.of(VERSION), u16(0), frame.session],
        ...[varint(frame.window), varint(frame.number)],
      );
    case 'accept':
      return concat(kind, frame.session, frame.heard, varint(frame.number));
    case 'ping':
      return concat(kind, varint(frame.number));
    case 'pong':
      return concat(kind, varint(frame.number), varint(frame.arrived));
    case 'data':
      return encodeData(frame);
    case 'ack':
      return concat(kind, varint(frame.taken), varint(frame.arrived - frame.taken), ...encodeSpans(frame));
  }
}

/** By far the most frequent one. */
function encodeData({ more, seq, payload }: Data): Uint8Array<ArrayBuffer> {
  const number = varint(seq);
  const bytes = new Uint8Array(2 + number.length + payload.length);
  bytes[0] = KINDS.data;
  bytes[1] = more ? MORE : 0;
  bytes.set(number, 2);
  bytes.set(payload, 2 + number.length);
  return bytes;
}

/** Throws DecodeError. */
export function decodeFrame(bytes: Uint8Array): Frame {
  const reader = new Reader(bytes, 'frame');
  if (bytes.length > LIMITS.routeFrameBytes) reader.refuse('frame', `expected at most ${LIMITS.routeFrameBytes} bytes`);
  const kind = reader.u8('kind');
  if (kind === KINDS.data) return readData(reader, bytes);
  const frame = readSmall(reader, kind);
  reader.end();
  return frame;
}

function readSmall(reader: Reader, kind: number): Frame {
  switch (kind) {
    case KINDS.open:
      return readOpen(reader);
    case KINDS.accept: {
      const session = reader.take(SESSION_BYTES, 'session');
      return { kind: 'accept', session, heard: reader.take(SESSION_BYTES, 'heard'), number: reader.varint('number') };
    }
    case KINDS.ping:
      return { kind: 'ping', number: reader.varint('number') };
    case KINDS.pong:
      return { kind: 'pong', number: reader.varint('number'), arrived: reader.varint('arrived') };
    case KINDS.ack:
      return readAck(reader);
    default:
      return reader.refuse('kind', `expected 1 to 6, got ${kind}`);
  }
}

function readOpen(reader: Reader): Open {
  const version = reader.u8('version');
  if (version !== VERSION) reader.refuse('version', `newer version: expected ${VERSION}, got ${version}`);
  const features = reader.u16('features');
  if (features !== 0) reader.refuse('features', `newer version: expected none, got ${features}`);
  const session = reader.take(SESSION_BYTES, 'session');
  const window = reader.varint('window');
  if (window < LIMITS.routeLeastWindow) {
    reader.refuse('window', `expected at least ${LIMITS.routeLeastWindow}, got ${window}`);
  }
  const number = reader.varint('number');
  const tags = readTags(reader, { known: [], atMost: 16 });
  if (isUnknownTag(tags)) reader.refuse('tags', `newer version: unknown tag ${tags.unknown}`);
  return { kind: 'open', session, window, number };
}

function readData(reader: Reader, bytes: Uint8Array): Data {
  const flags = reader.u8('flags');
  if (flags > MORE) reader.refuse('flags', `expected at most ${MORE}, got ${flags}`);
  const seq = reader.varint('seq');
  if (seq === 0) reader.refuse('seq', 'expected 1 or more');
  const payload = bytes.subarray(bytes.length - reader.left);
  const more = (flags & MORE) !== 0;
  if (more && payload.length < LIMITS.routeLeastFragment) {
    reader.refuse('payload', `expected at least ${LIMITS.routeLeastFragment} bytes before the last`);
  }
  return { kind: 'data', seq, more, payload };
}

/** Each span as what is missing before it, and its length. */
function* encodeSpans({ arrived, spans }: Ack): Generator<Uint8Array> {
  let last = arrived;
  for (const { from, to } of spans) {
    yield varint(from - last - 1);
    yield varint(to - from + 1);
    last = to;
  }
}

function readAck(reader: Reader): Ack {
  const taken = reader.varint('taken');
  const arrived = taken + reader.varint('arrived');
  const spans: Span[] = [];
  let last = arrived;
  while (reader.left > 0) {
    if (spans.length === LIMITS.routeSpans) reader.refuse('spans', `expected at most ${LIMITS.routeSpans}`);
    const gap = reader.varint('gap');
    const length = reader.varint('length');
    if (gap === 0 || length === 0) reader.refuse('spans', 'expected gaps and lengths of 1 or more');
    spans.push({ from: last + gap + 1, to: last + gap + length });
    last += gap + length;
  }
  if (!Number.isSafeInteger(last)) reader.refuse('spans', 'expected numbers up to 2^53 - 1');
  return { kind: 'ack', taken, arrived, spans };
}

export const isSame = (a: Uint8Array | undefined, b: Uint8Array): boolean => a !== undefined && equal(a, b);

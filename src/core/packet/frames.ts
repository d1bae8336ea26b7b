/**
 * Two wires on one port (spec/08-keep.md#wires). The first byte tells them apart: 00 begins a frame (four bytes of
 * length, big-endian, then the packet), anything else a bare packet. Pure: bytes and the time are handed in; what is
 * handed in is kept only as long as a packet is incomplete, and never more than one packet's worth of it.
 */
import { concat } from '../bytes.ts';
import { DecodeError } from '../errors.ts';
import { LIMITS } from '../registry.ts';
import { firstPacketEnd } from './decode.ts';
import { NOTHING } from './schema.ts';

export const FRAME_HEADER_BYTES = 4;
/** A bare packet is given up after this, counted from its first byte. */
export const BARE_MS = 1000;
/** A frame has to be complete within this. */
export const FRAME_MS = 30_000;

export type Wire = 'framed' | 'bare';

export interface PacketReader {
  /** Undefined until the first byte has come. */
  readonly wire: Wire | undefined;
  /** Bytes that wait. */
  readonly size: number;
  /** When what is incomplete is given up: milliseconds, as they were handed in. Undefined where nothing waits. */
  readonly deadline: number | undefined;
  /** Packets whose frames are complete now. Throws DecodeError for a length of zero or above 65,536 bytes. */
  push(bytes: Uint8Array, now: number): Uint8Array[];
  /** What may be a whole bare packet. It is one if it verifies: then `take` it, else wait for more. */
  bare(): Uint8Array | undefined;
  take(length: number, now: number): void;
  /** Drops what waits and returns it: after the deadline, or at the end of the connection. */
  giveUp(): Uint8Array;
}

export function createPacketReader(): PacketReader {
  let wire: Wire | undefined;
  let since = 0;
  let waiting: Uint8Array = NOTHING;

  return {
    get wire() {
      return wire;
    },
    get size() {
      return waiting.length;
    },
    get deadline() {
      if (waiting.length === 0) return undefined;
      return since + (wire === 'bare' ? BARE_MS : FRAME_MS);
    },
    push(bytes, now) {
      if (bytes.length === 0) return [];
      wire ??= bytes[0] === 0 ? 'framed' : 'bare';
      if (waiting.length === 0) since = now;
      const all = waiting.length === 0 ? bytes : concat(waiting, bytes);
      if (wire === 'bare') {
        waiting = all;
        return [];
      }
      const { payloads, rest } = split(all);
      if (payloads.length > 0) since = now;
      waiting = rest.length === 0 ? NOTHING : rest.slice();
      return payloads;
    },
    bare() {
      const end = wire === 'bare' ? firstPacketEnd(waiting) : undefined;
      return end !== undefined && end <= LIMITS.packetBytes ? waiting.subarray(0, end) : undefined;
    },
    take(length, now) {
      waiting = waiting.slice(length);
      since = now;
    },
    giveUp() {
      const dropped = waiting;
      waiting = NOTHING;
      return dropped;
    },
  };
}

/** A packet in its frame. */
export function frame(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const framed = new Uint8Array(FRAME_HEADER_BYTES + payload.length);
  new DataView(framed.buffer).setUint32(0, payload.length);
  framed.set(payload, FRAME_HEADER_BYTES);
  return framed;
}

function split(all: Uint8Array): { payloads: Uint8Array[]; rest: Uint8Array } {
  const payloads: Uint8Array[] = [];
  let at = 0;
  while (all.length - at >= FRAME_HEADER_BYTES) {
    const length = lengthAt(all, at);
    if (length === 0 || length > LIMITS.packetBytes) {
      throw new DecodeError('length', `Cannot read frame: expected 1 to ${LIMITS.packetBytes} bytes, got ${length}`);
    }
    if (all.length - at - FRAME_HEADER_BYTES < length) break;
    payloads.push(all.subarray(at + FRAME_HEADER_BYTES, at + FRAME_HEADER_BYTES + length));
    at += FRAME_HEADER_BYTES + length;
  }
  return { payloads, rest: all.subarray(at) };
}

function lengthAt(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + FRAME_HEADER_BYTES);
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

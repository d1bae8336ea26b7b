/**
 * The frames of a stream (spec/11-transports.md#frames): a byte that is 0, three bytes of length, then that many bytes.
 * A length of zero ends the direction: nothing follows it but credit. Where the byte is 1 the number is credit, by which
 * the other end may send that many bytes more; streams over TLS have none. Reading allocates nothing, whatever a frame
 * claims.
 */
export const HEADER_BYTES = 4;
const CREDIT = 1;
/** What 24 bits hold. */
const LONGEST = 0xffffff;

/** Longer pieces are written as several frames. */
export const PIECE_BYTES = 131_072;

/** Head and bytes in one piece of memory. */
export const frameOf = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  fillFrame(new Uint8Array(HEADER_BYTES + bytes.length), bytes);

/** Writes the frame to the beginning of `memory`, which has that length. */
export function fillFrame<T extends Uint8Array>(memory: T, bytes: Uint8Array): T {
  writeHeader(memory, 0, bytes.length);
  memory.set(bytes, HEADER_BYTES);
  return memory;
}

export const endFrame = (): Uint8Array<ArrayBuffer> => new Uint8Array(HEADER_BYTES);

export function creditFrame(bytes: number): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(HEADER_BYTES);
  writeHeader(frame, CREDIT, bytes);
  return frame;
}

function writeHeader(frame: Uint8Array, kind: number, count: number): void {
  frame.set([kind, count >>> 16, (count >>> 8) & 0xff, count & 0xff]);
}

export type FrameState = 'more' | 'ended' | 'wrong';

export interface FrameReader {
  /** Hands on what the frames in there hold, as views; then says what is to come. */
  take(chunk: Uint8Array): FrameState;
}

/** Without `granted` credit is wrong. */
export function createFrameReader(found: (piece: Uint8Array) => void, granted?: (bytes: number) => void): FrameReader {
  let number = 0;
  let inHeader = 0;
  let left = 0;
  let state: FrameState = 'more';

  const header = (byte: number): void => {
    number = number * 256 + byte;
    inHeader += 1;
    if (inHeader < HEADER_BYTES) return;
    const kind = Math.floor(number / (LONGEST + 1));
    const count = number % (LONGEST + 1);
    number = 0;
    inHeader = 0;
    if (kind === CREDIT && granted !== undefined) granted(count);
    else if (kind !== 0 || state === 'ended') state = 'wrong';
    else if (count === 0) state = 'ended';
    else left = count;
  };
  return {
    take(chunk) {
      let at = 0;
      while (at < chunk.length && state !== 'wrong') {
        if (left === 0) header(chunk[at++] ?? 0);
        else {
          const until = Math.min(chunk.length, at + left);
          found(new Uint8Array(chunk.buffer, chunk.byteOffset + at, until - at));
          left -= until - at;
          at = until;
        }
      }
      return state;
    },
  };
}

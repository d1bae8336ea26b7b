/**
 * The frames of a TLS stream (spec/11-transports.md#frames): four bytes of length, then that many bytes; a length of
 * zero ends the direction, and nothing follows it. Reading allocates nothing but four bytes, whatever a frame claims.
 */
const HEADER_BYTES = 4;
/** Lengths have 24 bits; the byte before them is zero, and reserved. */
const LONGEST = 0xffffff;

/** Longer pieces are written as several frames. */
export const PIECE_BYTES = 131_072;

/**
 * One buffer for head and bytes: node:tls would copy two into one, and send small records for one after the other.
 * Large ones come out of a pool; `done` gives them back once the system has the bytes.
 */
export function frameOf(bytes: Uint8Array): { readonly frame: Buffer; readonly done: () => void } {
  const isLarge = bytes.length > PIECE_BYTES / 8;
  const memory = isLarge ? (pool.pop() ?? Buffer.allocUnsafeSlow(HEADER_BYTES + PIECE_BYTES)) : undefined;
  const frame = memory?.subarray(0, HEADER_BYTES + bytes.length) ?? Buffer.allocUnsafe(HEADER_BYTES + bytes.length);
  frame.writeUInt32BE(bytes.length);
  frame.set(bytes, HEADER_BYTES);
  const done = (): void => {
    if (memory !== undefined && pool.length < POOLED) pool.push(memory);
  };
  return { frame, done };
}

const pool: Buffer[] = [];
const POOLED = 8;

export const endFrame = (): Buffer => Buffer.alloc(HEADER_BYTES);

export interface FrameReader {
  /** Hands on what the frames in there hold, as views; then says what is to come. */
  take(chunk: Uint8Array): 'more' | 'ended' | 'wrong';
}

export function createFrameReader(found: (piece: Uint8Array) => void): FrameReader {
  let length = 0;
  let inHeader = 0;
  let left = 0;
  let state: 'more' | 'ended' | 'wrong' = 'more';

  const header = (byte: number): void => {
    length = length * 256 + byte;
    inHeader += 1;
    if (inHeader < HEADER_BYTES) return;
    if (length > LONGEST) state = 'wrong';
    else if (length === 0) state = 'ended';
    left = length;
    length = 0;
    inHeader = 0;
  };
  return {
    take(chunk) {
      let at = 0;
      while (at < chunk.length && state === 'more') {
        if (left === 0) header(chunk[at++] ?? 0);
        else {
          const until = Math.min(chunk.length, at + left);
          found(new Uint8Array(chunk.buffer, chunk.byteOffset + at, until - at));
          left -= until - at;
          at = until;
        }
      }
      if (at < chunk.length) state = 'wrong';
      return state;
    },
  };
}

/** Memory for large frames, used again: node:tls copies nothing that comes in one piece, and large pieces are dear to make. */
import { fillFrame, frameOf, HEADER_BYTES, PIECE_BYTES } from '../web/stream-frames.ts';

const pool: Buffer[] = [];
const POOLED = 8;

/**
 * A frame for who says when the memory is free again: large ones come out of a pool, and `done` gives them back. One
 * buffer, because node:tls would copy two into one, and send small records for one after the other.
 */
export function pooledFrameOf(bytes: Uint8Array): { readonly frame: Uint8Array; readonly done: () => void } {
  if (bytes.length <= PIECE_BYTES / 8) return { frame: frameOf(bytes), done: () => {} };
  const memory = pool.pop() ?? Buffer.allocUnsafeSlow(HEADER_BYTES + PIECE_BYTES);
  const done = (): void => {
    if (pool.length < POOLED) pool.push(memory);
  };
  return { frame: fillFrame(memory.subarray(0, HEADER_BYTES + bytes.length), bytes), done };
}

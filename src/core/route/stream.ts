/**
 * Frames over a stream of bytes: each after its length in two bytes (spec/10-route.md#frames). What is not whole yet
 * waits, never more than one frame and the piece at hand.
 */
import { concat } from '../bytes.ts';
import { u16 } from '../wire.ts';

const PREFIX = 2;

export const prefixed = (frame: Uint8Array): Uint8Array<ArrayBuffer> => concat(u16(frame.length), frame);

/** Takes pieces as they come and gives the frames that have become whole, each a copy. */
export function createFrameReader(): (piece: Uint8Array) => Uint8Array[] {
  let pieces: Uint8Array[] = [];
  let held = 0;
  let wanted = PREFIX;
  return (piece) => {
    pieces.push(piece.slice());
    held += piece.length;
    if (held < wanted) return [];
    const bytes = concat(...pieces);
    const frames: Uint8Array[] = [];
    let at = 0;
    for (let end = endOf(bytes, at); end <= bytes.length; end = endOf(bytes, at)) {
      frames.push(bytes.slice(at + PREFIX, end));
      at = end;
    }
    wanted = endOf(bytes, at) - at;
    pieces = [bytes.slice(at)];
    held = bytes.length - at;
    return frames;
  };
}

/** Where the frame that begins there ends, or at least its length. */
function endOf(bytes: Uint8Array, at: number): number {
  const [high, low] = [bytes[at], bytes[at + 1]];
  return high === undefined || low === undefined ? at + PREFIX : at + PREFIX + high * 0x100 + low;
}

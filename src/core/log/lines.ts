/**
 * Cuts a stream of bytes into lines, whatever the pieces that it comes in. It holds one unfinished line of at most
 * LINE_BYTES; the rest of a longer one is dropped as it comes and told as too long.
 */
import { concat, fromUtf8 } from '../bytes.ts';

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without its line feed; undefined for one that is too long or not UTF-8. */
  readonly text: string | undefined;
  readonly problem?: 'too long' | 'not UTF-8';
}

export interface LineReader {
  push(bytes: Uint8Array): void;
  /** No more bytes come; what is held is a line. */
  end(): void;
}

/** The longest line that an entry can have: a key, a colon and a string of four-byte characters, with room. */
export const LINE_BYTES = 1024;
const LF = 10;

export function createLineReader(take: (line: Line) => void): LineReader {
  let held: Uint8Array = new Uint8Array();
  let overlong = false;
  let number = 0;

  /** Whole lines, decoded at once: never more than fit LINE_BYTES, so that a kept substring keeps no more alive. */
  const block = (bytes: Uint8Array) => {
    const text = fromUtf8(bytes);
    if (text === undefined) lineByLine(bytes);
    else for (const line of text.split('\n')) take({ number: ++number, text: line });
  };
  const lineByLine = (bytes: Uint8Array) => {
    for (let start = 0, end = 0; start <= bytes.length; start = end + 1) {
      end = bytes.indexOf(LF, start);
      if (end < 0) end = bytes.length;
      const text = fromUtf8(bytes.subarray(start, end));
      take(text === undefined ? { number: ++number, text, problem: 'not UTF-8' } : { number: ++number, text });
    }
  };
  const tooLong = () => {
    overlong = false;
    take({ number: ++number, text: undefined, problem: 'too long' });
  };
  /** Where the next line starts behind the end of an overlong one; the end of the bytes if it goes on. */
  const skip = (bytes: Uint8Array, start: number): number => {
    const end = bytes.indexOf(LF, start);
    overlong = true;
    if (end < 0) return bytes.length;
    tooLong();
    return end + 1;
  };
  return {
    push(bytes) {
      const all = held.length === 0 ? bytes : concat(held, bytes);
      held = new Uint8Array();
      for (let start = overlong ? skip(all, 0) : 0; start < all.length; ) {
        const window = all.subarray(start, start + LINE_BYTES + 1);
        const end = window.lastIndexOf(LF);
        if (end >= 0) {
          block(window.subarray(0, end));
          start += end + 1;
        } else if (window.length > LINE_BYTES) start = skip(all, start);
        else {
          held = window.slice();
          start = all.length;
        }
      }
    },
    end() {
      if (overlong) tooLong();
      else if (held.length > 0) block(held);
      held = new Uint8Array();
    },
  };
}

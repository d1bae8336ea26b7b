/** Frames over a stream of bytes (spec/10-route.md#frames): each behind its length in two bytes. */
import { concat } from '../../core/bytes.ts';
import type { TransportStream } from '../../core/transport.ts';

export interface FramedStream {
  readonly stream: TransportStream;
  /** Resolves when more may be sent; many at once go together. One call at a time. */
  send(frames: readonly Uint8Array[]): Promise<void>;
  /** The next frame, the caller's to keep; undefined at the end. */
  receive(): Promise<Uint8Array | undefined>;
}

const HEAD_BYTES = 2;
/** The stream has done with the bytes once they are sent, so the memory of many frames is used again: garbage is dear. */
const TOGETHER_BYTES = 131_072;
const MOST_SPARE = 8;
const spare: Uint8Array[] = [];

export function framed(stream: TransportStream): FramedStream {
  const { receive } = reading(stream);
  return {
    stream,
    receive,
    async send(frames) {
      for (let from = 0; from < frames.length; ) {
        const [until, bytes] = together(frames, from);
        await sendTogether(stream, frames.slice(from, until), bytes);
        from = until;
      }
    },
  };
}

/** As many as fit, one at least, and how long they are with their heads. */
function together(frames: readonly Uint8Array[], from: number): [until: number, bytes: number] {
  let [until, bytes] = [from, 0];
  for (; until < frames.length; until++) {
    const more = HEAD_BYTES + (frames[until]?.length ?? 0);
    if (until > from && bytes + more > TOGETHER_BYTES) break;
    bytes += more;
  }
  return [until, bytes];
}

async function sendTogether(stream: TransportStream, frames: readonly Uint8Array[], bytes: number): Promise<void> {
  const isLarge = bytes > TOGETHER_BYTES / 8;
  const memory = (isLarge ? spare.pop() : undefined) ?? new Uint8Array(isLarge ? TOGETHER_BYTES : bytes);
  let at = 0;
  for (const frame of frames) {
    memory[at] = frame.length >>> 8;
    memory[at + 1] = frame.length & 0xff;
    memory.set(frame, at + HEAD_BYTES);
    at += HEAD_BYTES + frame.length;
  }
  await stream.send(memory.subarray(0, at));
  if (isLarge && spare.length < MOST_SPARE) spare.push(memory);
}

/** What lies in one piece is handed on where it is; what began in another is joined to one frame, and no more. */
function reading(stream: TransportStream): Pick<FramedStream, 'receive'> {
  let held: Uint8Array = new Uint8Array();
  const take = async (length: number): Promise<Uint8Array | undefined> => {
    if (held.length < length) {
      const pieces = [held];
      let missing = length - held.length;
      for (; missing > 0; missing -= held.length) {
        const piece = await stream.receive();
        if (piece === undefined) return undefined;
        held = piece;
        pieces.push(missing < piece.length ? piece.subarray(0, missing) : piece);
      }
      held = held.subarray(held.length + missing);
      return concat(...pieces);
    }
    const taken = held.subarray(0, length);
    held = held.subarray(length);
    return taken;
  };
  return {
    async receive() {
      const head = await take(HEAD_BYTES);
      return head && (await take((head[0] ?? 0) * 0x100 + (head[1] ?? 0)));
    },
  };
}

/** Frames over a stream of bytes (spec/10-route.md#frames): each behind its length in two bytes. */
import { concat } from '../../core/bytes.ts';
import type { TransportStream } from '../../core/transport.ts';
import { u16 } from '../../core/wire.ts';

export interface FramedStream {
  readonly stream: TransportStream;
  /** Resolves when more may be sent; many at once go together. */
  send(frames: readonly Uint8Array[]): Promise<void>;
  /** The next frame, the caller's to keep; undefined at the end. */
  receive(): Promise<Uint8Array | undefined>;
}

export function framed(stream: TransportStream): FramedStream {
  let held: Uint8Array = new Uint8Array();
  const fill = async (length: number): Promise<boolean> => {
    if (held.length >= length) return true;
    const pieces = [held];
    for (let size = held.length; size < length; ) {
      const piece = await stream.receive();
      if (piece === undefined) return false;
      pieces.push(piece);
      size += piece.length;
    }
    held = concat(...pieces);
    return true;
  };
  return {
    stream,
    send: (frames) => stream.send(concat(...frames.flatMap((frame) => [u16(frame.length), frame]))),
    async receive() {
      if (!(await fill(2))) return undefined;
      const length = (held[0] ?? 0) * 0x100 + (held[1] ?? 0);
      if (!(await fill(2 + length))) return undefined;
      const frame = held.subarray(2, 2 + length);
      held = held.subarray(2 + length);
      return frame;
    },
  };
}

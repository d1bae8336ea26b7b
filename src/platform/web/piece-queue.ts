/** What came over a stream and was not asked for yet, handed out piece by piece to one who asks at a time. */
import { UsageError } from '../../core/errors.ts';

export interface PieceQueue {
  /** Bytes that wait. */
  readonly bytes: number;
  push(piece: Uint8Array): void;
  /** No more will come: after what waits, it is over. */
  end(): void;
  /** Likewise, and it is an error. After an end it changes nothing. */
  fail(error: Error): void;
  /** Undefined at the end; rejects with what it failed by, and with UsageError while an earlier call waits. */
  receive(): Promise<Uint8Array | undefined>;
}

/** `taken` hears of the bytes of each piece that was handed out. */
export function createPieceQueue(taken: (bytes: number) => void): PieceQueue {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  let over: { readonly error?: Error } | undefined;
  let asking: { resolve(piece: Uint8Array | undefined): void; reject(error: Error): void } | undefined;

  const take = (piece: Uint8Array): Uint8Array => {
    bytes -= piece.length;
    taken(piece.length);
    return piece;
  };
  const answer = (): void => {
    if (asking === undefined || (pieces.length === 0 && over === undefined)) return;
    const { resolve, reject } = asking;
    asking = undefined;
    const piece = pieces.shift();
    if (piece !== undefined) resolve(take(piece));
    else if (over?.error) reject(over.error);
    else resolve(undefined);
  };
  return {
    get bytes() {
      return bytes;
    },
    push(piece) {
      pieces.push(piece);
      bytes += piece.length;
      answer();
    },
    end() {
      over ??= {};
      answer();
    },
    fail(error) {
      over ??= { error };
      answer();
    },
    receive() {
      if (asking !== undefined)
        return Promise.reject(new UsageError('Cannot receive: a call before this one is still waiting'));
      const { promise, resolve, reject } = Promise.withResolvers<Uint8Array | undefined>();
      asking = { resolve, reject };
      answer();
      return promise;
    },
  };
}

/**
 * One direction of an in-memory stream: pieces in order, a window of 256 KiB. Who sends past it waits until the other
 * end has asked. Pieces are copied when they are sent, so that the sender may use its bytes again.
 */
import { type RemoteError, UsageError } from '../../core/errors.ts';

export const WINDOW_BYTES = 262_144;

export interface Pipe {
  send(bytes: Uint8Array): Promise<void>;
  receive(): Promise<Uint8Array | undefined>;
  /** The end comes after all that was sent. */
  end(): Promise<void>;
  /** Nothing more comes out but this error. */
  break(error: RemoteError): void;
  /** While frozen nothing arrives; what is sent waits. */
  freeze(frozen: boolean): void;
  /** Whether its end has been received. */
  readonly isDrained: boolean;
}

export function createPipe(): Pipe {
  const pieces: Uint8Array[] = [];
  const senders: (() => void)[] = [];
  let receiver: (() => void) | undefined;
  let waiting = 0;
  let state: 'open' | 'ending' | 'ended' = 'open';
  let broken: RemoteError | undefined;
  let frozen = false;
  let drained = false;
  let last: Promise<void> = Promise.resolve();

  const wakeSenders = (): void => {
    for (const wake of senders.splice(0)) wake();
  };
  const wakeReceiver = (): void => {
    if (frozen && broken === undefined) return;
    receiver?.();
    receiver = undefined;
  };
  const room = async (): Promise<void> => {
    while (waiting >= WINDOW_BYTES && broken === undefined) await new Promise<void>((wake) => senders.push(wake));
    if (broken !== undefined) throw broken;
  };
  const enter = async (before: Promise<void>, bytes: Uint8Array): Promise<void> => {
    await before;
    if (broken !== undefined) throw broken;
    waiting += bytes.length;
    if (bytes.length > 0) pieces.push(bytes.slice());
    wakeReceiver();
    await room();
  };
  return {
    send(bytes) {
      if (state !== 'open') return Promise.reject(new UsageError('Cannot send: this end of the stream is closed'));
      const sent = enter(last, bytes);
      last = sent.catch(() => {});
      return sent;
    },
    async receive() {
      for (;;) {
        if (broken !== undefined) throw broken;
        const piece = frozen ? undefined : pieces.shift();
        if (piece !== undefined) {
          waiting -= piece.length;
          if (waiting < WINDOW_BYTES) wakeSenders();
          return piece;
        }
        drained = state === 'ended' && !frozen;
        if (drained) return undefined;
        if (receiver !== undefined) throw new UsageError('Cannot receive: a call before this one is still waiting');
        await new Promise<void>((wake) => {
          receiver = wake;
        });
      }
    },
    async end() {
      if (state === 'open') state = 'ending';
      await last;
      state = 'ended';
      wakeReceiver();
    },
    break(error) {
      broken ??= error;
      pieces.length = 0;
      waiting = 0;
      wakeSenders();
      wakeReceiver();
    },
    freeze(now) {
      frozen = now;
      wakeReceiver();
    },
    get isDrained() {
      return drained;
    },
  };
}

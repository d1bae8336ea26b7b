/**
 * A stream of bytes over a stream of libp2p, in frames with credit (spec/11-transports.md#frames). js-libp2p holds back
 * no sender where nobody reads, or not over every transport: an iterated stream buffers without bound, one over WebRTC
 * breaks at 4 MB. So the receiver here grants what it has room for, end to end, through relays too. What is asked of
 * libp2p is order alone, and its drain event: its onDrain() resolves at once from the second time on.
 */
import { RemoteError, UsageError } from '../../core/errors.ts';
import type { TransportStream } from '../../core/transport.ts';
import { tellOfRoomSeldom, type WindowedStream } from './libp2p-window.ts';
import { createPieceQueue } from './piece-queue.ts';
import { createFrameReader, creditFrame, endFrame, type FrameState, frameOf } from './stream-frames.ts';

/** What is used of libp2p's Stream. */
export interface RawStream extends Pick<WindowedStream, 'sendWindowUpdate'> {
  readonly writableNeedsDrain: boolean;
  /** False: wait for 'drain'. */
  send(bytes: Uint8Array): boolean;
  close(): Promise<void>;
  abort(error: Error): void;
  addEventListener(type: 'drain' | 'close' | 'remoteCloseWrite', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: Uint8Array | RawPieces }) => void): void;
}

type RawPieces = Iterable<Uint8Array> & { readonly byteLength: number };

export type Libp2pFacts = Pick<TransportStream, 'protocol' | 'remoteKey' | 'address' | 'passage' | 'relay'>;

/** What a sender may send before anything was granted. */
export const FIRST_CREDIT = 262_144;
/** Received and not asked for: this much at most, and no more than the first credit of a stream that nobody has begun to read. */
export const WINDOW_BYTES = 1_048_576;
/** Noise encrypts at most 65,519 bytes at a time: one frame, head included, is one message. */
const PIECE_BYTES = 65_536 - 256;

interface State {
  /** The other end's direction. */
  hasEnded: boolean;
  /** Ours. */
  isClosing: boolean;
  broken: RemoteError | undefined;
  /** What may still be sent. */
  credit: number;
  sender: (() => void) | undefined;
}

/** `passes` hears of all bytes that come and go. */
export function streamOverLibp2p(
  raw: RawStream,
  facts: Libp2pFacts,
  passes: (bytes: number) => void = () => {},
): TransportStream {
  const state: State = {
    ...{ hasEnded: false, isClosing: false, broken: undefined, credit: FIRST_CREDIT },
    sender: undefined,
  };
  const fail = (why: string): void => {
    if (state.broken === undefined && state.hasEnded && state.isClosing) return;
    const error = new RemoteError(`Cannot go on with ${facts.address}: ${why}`);
    state.broken ??= error;
    raw.abort(error);
    state.sender?.();
    broke(state.broken);
  };
  tellOfRoomSeldom(raw);
  raw.addEventListener('close', () => fail('the connection broke'));
  raw.addEventListener('remoteCloseWrite', () => {
    if (!state.hasEnded) fail('it ended without saying so');
  });
  raw.addEventListener('drain', () => state.sender?.());
  const { send, close } = writing(raw, state, passes);
  const { receive, broke } = reading(raw, state, fail, passes);
  return { ...facts, send, receive, close, abort: () => fail('this end broke it off') };
}

const changed = (state: State): Promise<void> =>
  new Promise((go) => {
    state.sender = go;
  });

/** Once both directions have ended the stream is given back. */
function finish(raw: RawStream, state: State): void {
  if (state.hasEnded && state.isClosing) raw.close().catch(() => {});
}

function reading(
  raw: RawStream,
  state: State,
  fail: (why: string) => void,
  passes: (bytes: number) => void,
): Pick<TransportStream, 'receive'> & { broke(error: Error): void } {
  /** Asked for since credit was last granted. */
  let asked = WINDOW_BYTES - FIRST_CREDIT;
  const queue = createPieceQueue((bytes) => {
    asked += bytes;
    if (asked < WINDOW_BYTES / 4 || state.hasEnded || state.broken !== undefined) return;
    try {
      raw.send(creditFrame(asked));
      asked = 0;
    } catch {
      fail('the connection broke');
    }
  });
  const frames = createFrameReader(
    (piece) => {
      passes(piece.length);
      queue.push(piece);
    },
    (bytes) => {
      state.credit += bytes;
      state.sender?.();
    },
  );
  raw.addEventListener('message', ({ data }) => {
    let next: FrameState = 'more';
    for (const chunk of data instanceof Uint8Array ? [data] : data) next = frames.take(chunk);
    if (next === 'wrong') return fail('it sent what is no frame');
    if (queue.bytes > WINDOW_BYTES) return fail('it sent more than it may');
    if (next !== 'ended' || state.hasEnded) return;
    state.hasEnded = true;
    queue.end();
    finish(raw, state);
  });
  return { receive: queue.receive, broke: queue.fail };
}

function writing(
  raw: RawStream,
  state: State,
  passes: (bytes: number) => void,
): Pick<TransportStream, 'send' | 'close'> {
  let last: Promise<void> = Promise.resolve();
  let closing: Promise<void> | undefined;
  const demandWhole = (): void => {
    if (state.broken !== undefined) throw state.broken;
  };
  const room = async (isRoom: () => boolean): Promise<void> => {
    while (!isRoom() && state.broken === undefined) await changed(state);
    demandWhole();
  };
  const sendAll = async (before: Promise<void>, bytes: Uint8Array): Promise<void> => {
    await before;
    demandWhole();
    passes(bytes.length);
    for (let at = 0; at < bytes.length; ) {
      await room(() => state.credit > 0);
      const piece = bytes.subarray(at, at + Math.min(PIECE_BYTES, state.credit));
      at += piece.length;
      state.credit -= piece.length;
      await put(frameOf(piece));
    }
  };
  /** libp2p holds on to what it is given: every frame is one of its own. */
  const put = async (frame: Uint8Array): Promise<void> => {
    try {
      raw.send(frame);
    } catch {
      demandWhole();
      throw new RemoteError('Cannot send: the connection broke');
    }
    await room(() => !raw.writableNeedsDrain);
  };
  const sendEnd = async (before: Promise<void>): Promise<void> => {
    await before;
    demandWhole();
    await put(endFrame());
    state.isClosing = true;
    finish(raw, state);
  };
  return {
    send(bytes) {
      if (closing !== undefined) return Promise.reject(new UsageError('Cannot send: this end of the stream is closed'));
      const sent = sendAll(last, bytes);
      last = sent.catch(() => {});
      return sent;
    },
    close() {
      closing ??= sendEnd(last);
      return closing;
    },
  };
}

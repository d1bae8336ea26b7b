/**
 * A stream of bytes over one TLS connection, in frames (stream-frames.ts). TCP alone cannot tell an end from a process
 * that was killed, and TLS as Node shows it cannot either; so an end is said, and a connection that goes without it
 * broke. What nobody asks for stays with the sender, but for the windows here and in the system.
 */
import type { TLSSocket } from 'node:tls';
import { RemoteError, UsageError } from '../../core/errors.ts';
import type { TransportStream } from '../../core/transport.ts';
import { createFrameReader, endFrame, PIECE_BYTES } from '../web/stream-frames.ts';
import { pooledFrameOf } from './frame-pool.ts';
import { bytesPass } from './heap-pace.ts';

export type StreamFacts = Pick<TransportStream, 'protocol' | 'remoteKey' | 'address' | 'passage'>;

/** Received and not asked for: about this much at most. */
export const WINDOW_BYTES = 262_144;

export function streamOver(socket: TLSSocket, facts: StreamFacts): TransportStream {
  const state: State = { hasEnded: false, isClosing: false, broken: undefined, sender: undefined, receiver: undefined };
  const fail = (why: string, cause?: unknown): void => {
    state.broken ??= new RemoteError(`Cannot go on with ${facts.address}: ${why}`, { cause });
    socket.destroy();
    state.sender?.();
    state.receiver?.();
  };
  socket.on('error', (error) => fail(error.message, error));
  socket.on('close', () => {
    if (!state.hasEnded || !state.isClosing) fail('the connection broke');
  });
  const { receive } = reading(socket, state, fail);
  const { send, close } = writing(socket, state);
  return { ...facts, send, receive, close, abort: () => fail('this end broke it off') };
}

interface State {
  /** The other end's direction. */
  hasEnded: boolean;
  /** Ours. */
  isClosing: boolean;
  broken: RemoteError | undefined;
  /** Wakes who waits for room. */
  sender: (() => void) | undefined;
  /** Wakes who waits for bytes. */
  receiver: (() => void) | undefined;
}

const changed = (state: State, who: 'sender' | 'receiver'): Promise<void> =>
  new Promise((go) => {
    state[who] = go;
  });

/** Once both directions have ended nothing is to come but the end of the connection. */
function finish(socket: TLSSocket, state: State): void {
  if (state.hasEnded && state.isClosing) socket.destroySoon();
}

function reading(socket: TLSSocket, state: State, fail: (why: string) => void): Pick<TransportStream, 'receive'> {
  const queue: Uint8Array[] = [];
  let queued = 0;
  let isAsked = false;
  const frames = createFrameReader((piece) => {
    queue.push(piece);
    queued += piece.length;
  });
  socket.on('data', (chunk: Buffer) => {
    bytesPass(chunk.length);
    const next = frames.take(chunk);
    if (next === 'wrong') return fail('it sent what is no frame');
    if (queued >= WINDOW_BYTES) socket.pause();
    if (next === 'ended') {
      state.hasEnded = true;
      finish(socket, state);
    }
    state.receiver?.();
  });
  socket.on('end', () => {
    if (!state.hasEnded) fail('the connection broke');
  });
  const taken = (): Uint8Array | undefined => {
    const piece = queue.shift();
    queued -= piece?.length ?? 0;
    if (queued < WINDOW_BYTES / 2 && socket.isPaused()) socket.resume();
    return piece;
  };
  const wait = async (): Promise<Uint8Array | undefined> => {
    isAsked = true;
    try {
      while (queue.length === 0 && !state.hasEnded) {
        if (state.broken !== undefined) throw state.broken;
        await changed(state, 'receiver');
      }
      return taken();
    } finally {
      isAsked = false;
    }
  };
  const receive = (): Promise<Uint8Array | undefined> => {
    if (isAsked) return Promise.reject(new UsageError('Cannot receive: a call before this one is still waiting'));
    return queue.length > 0 ? Promise.resolve(taken()) : wait();
  };
  return { receive };
}

function writing(socket: TLSSocket, state: State): Pick<TransportStream, 'send' | 'close'> {
  let last: Promise<void> = Promise.resolve();
  let closing: Promise<void> | undefined;
  const demandWhole = (): void => {
    if (state.broken !== undefined) throw state.broken;
  };
  socket.on('drain', () => state.sender?.());
  const sendAll = async (before: Promise<void>, bytes: Uint8Array): Promise<void> => {
    await before;
    demandWhole();
    bytesPass(bytes.length);
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const { frame, done } = pooledFrameOf(bytes.subarray(at, at + PIECE_BYTES));
      socket.write(frame, done);
      while (socket.writableNeedDrain && state.broken === undefined) await changed(state, 'sender');
      demandWhole();
    }
  };
  const sendEnd = async (before: Promise<void>): Promise<void> => {
    await before;
    demandWhole();
    await new Promise<void>((sent) => socket.write(endFrame(), () => sent()));
    state.isClosing = true;
    finish(socket, state);
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

/**
 * A stream of bytes over one TLS connection, in frames (stream-frames.ts). TCP alone cannot tell an end from a process
 * that was killed, and TLS as Node shows it cannot either; so an end is said, and a connection that goes without it
 * broke. What nobody asks for stays with the sender, but for the windows here and in the system.
 */
import type { TLSSocket } from 'node:tls';
import { RemoteError, UsageError } from '../../core/errors.ts';
import type { TransportStream } from '../../core/transport.ts';
import { createPieceQueue } from '../web/piece-queue.ts';
import { createFrameReader, endFrame, PIECE_BYTES } from '../web/stream-frames.ts';
import { pooledFrameOf } from './frame-pool.ts';
import { bytesPass } from './heap-pace.ts';

export type StreamFacts = Pick<TransportStream, 'protocol' | 'remoteKey' | 'address' | 'passage'>;

/** Received and not asked for: about this much at most. */
export const WINDOW_BYTES = 262_144;

export function streamOver(socket: TLSSocket, facts: StreamFacts): TransportStream {
  const state: State = { hasEnded: false, isClosing: false, broken: undefined, sender: undefined };
  const fail = (why: string, cause?: unknown): void => {
    state.broken ??= new RemoteError(`Cannot go on with ${facts.address}: ${why}`, { cause });
    socket.destroy();
    state.sender?.();
    broke(state.broken);
  };
  socket.on('error', (error) => fail(error.message, error));
  socket.on('close', () => {
    if (!state.hasEnded || !state.isClosing) fail('the connection broke');
  });
  const { receive, broke } = reading(socket, state, fail);
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
}

const drained = (state: State): Promise<void> =>
  new Promise((go) => {
    state.sender = go;
  });

/** Once both directions have ended nothing is to come but the end of the connection. */
function finish(socket: TLSSocket, state: State): void {
  if (state.hasEnded && state.isClosing) socket.destroySoon();
}

function reading(
  socket: TLSSocket,
  state: State,
  fail: (why: string) => void,
): Pick<TransportStream, 'receive'> & { broke(error: Error): void } {
  const queue = createPieceQueue(() => {
    if (queue.bytes < WINDOW_BYTES / 2 && socket.isPaused()) socket.resume();
  });
  const frames = createFrameReader(queue.push);
  socket.on('data', (chunk: Buffer) => {
    bytesPass(chunk.length);
    const next = frames.take(chunk);
    if (next === 'wrong') return fail('it sent what is no frame');
    if (queue.bytes >= WINDOW_BYTES) socket.pause();
    if (next !== 'ended') return;
    state.hasEnded = true;
    queue.end();
    finish(socket, state);
  });
  socket.on('end', () => {
    if (!state.hasEnded) fail('the connection broke');
  });
  return { receive: queue.receive, broke: queue.fail };
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
      while (socket.writableNeedDrain && state.broken === undefined) await drained(state);
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

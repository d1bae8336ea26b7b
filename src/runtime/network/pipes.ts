/**
 * Pipes: a duplex of bytes between two peers, for any protocol of an application (spec/09-sync.md#pipes). Each is a
 * stream of its own over a transport, which encrypts it from end to end also where a relay forwards it; nothing of it is
 * stored. The far end is the peer that the handshake proved, and belongs to the identity that was asked for.
 */
import { equal, fromHex, fromUtf8, toHex, utf8 } from '../../core/bytes.ts';
import { DecodeError, RemoteError, UsageError } from '../../core/errors.ts';
import type { AbortSignalLike, Clock, Verifier } from '../../core/ports.ts';
import type { Hello } from '../../core/sync/session/hello.ts';
import type { Transport, TransportStream } from '../../core/transport.ts';
import type { Pipe } from '../api-direct.ts';
import { type FramedStream, framed } from './framing.ts';
import { shakeHands } from './handshake.ts';
import type { KnownPeer } from './known-peers.ts';

export const PIPE_PROTOCOL = '/pipes/pipe/1';
const NAME = /^[\x21-\x7e]{1,100}$/;
const FRAME_BYTES = 65_535;
/** Under way at once; whoever opens more is cut off. */
const MOST_PIPES = 1000;
/** To say which protocol is meant. */
const NAMING_MS = 10_000;

export interface PipesParts {
  readonly transports: readonly Transport[];
  readonly verifier: Verifier;
  readonly clock: Clock;
  known(): readonly KnownPeer[];
  hello(invitation?: Uint8Array): Hello;
  whyNot(hello: Hello): Promise<string | undefined>;
}

export interface Pipes {
  open(identity: string, protocol: string, options?: { signal?: AbortSignalLike }): Promise<Pipe>;
  /** One taker for each protocol. */
  accept(protocol: string, taker: (pipe: Pipe) => void): () => void;
  close(): void;
}

export function createPipes(parts: PipesParts): Pipes {
  const takers = new Map<string, (pipe: Pipe) => void>();
  const open = new Set<TransportStream>();
  let taking = 0;

  const pipeOf = (line: FramedStream, hello: Hello, protocol: string): Pipe => {
    const { stream } = line;
    open.add(stream);
    const abort = (): void => {
      open.delete(stream);
      stream.abort();
    };
    return {
      identity: toHex(hello.certificate.identity),
      peer: toHex(hello.certificate.peer),
      ...{ protocol, passage: stream.passage, abort },
      ...streamsOf(line, abort, () => void open.delete(stream)),
    };
  };
  const take = async (stream: TransportStream): Promise<void> => {
    if (taking + open.size >= MOST_PIPES) return stream.abort();
    taking++;
    try {
      await takeIn(stream);
    } finally {
      taking--;
    }
  };
  const takeIn = async (stream: TransportStream): Promise<void> => {
    const line = framed(stream);
    const hello = await shakeHands(line, parts.hello(), parts, parts.whyNot);
    const stop = parts.clock.after(NAMING_MS, () => stream.abort());
    const protocol = fromUtf8((await line.receive().finally(stop)) ?? new Uint8Array()) ?? '';
    const taker = takers.get(protocol);
    await line.send([utf8(taker === undefined ? `nobody here takes pipes of ${protocol}` : '')]);
    if (taker === undefined) return void (await stream.close());
    taker(pipeOf(line, hello, protocol));
  };
  const dial = async (address: string, peer: KnownPeer, protocol: string, signal?: AbortSignalLike): Promise<Pipe> => {
    const transport = parts.transports.find((each) => each.dials(address));
    if (transport === undefined)
      throw new RemoteError(`Cannot dial ${address}: no transport here reaches such addresses`);
    const key = fromHex(peer.key, 32) as Uint8Array;
    const stream = await transport.dial(address, { protocol: PIPE_PROTOCOL, key, ...(signal && { signal }) });
    try {
      const line = framed(stream);
      const invitation = peer.invitation === undefined ? undefined : fromHex(peer.invitation, 16);
      const hello = await shakeHands(line, parts.hello(invitation), parts, parts.whyNot);
      if (!equal(hello.certificate.identity, fromHex(peer.identity, 32) ?? new Uint8Array())) {
        throw new RemoteError(`Cannot open pipe: ${address} belongs to another identity by now`);
      }
      await line.send([utf8(protocol)]);
      const answer = await line.receive();
      if (answer === undefined || answer.length > 0)
        throw new RemoteError(`Cannot open pipe: ${fromUtf8(answer ?? new Uint8Array()) || 'the other end closed it'}`);
      return pipeOf(line, hello, protocol);
    } catch (error) {
      stream.abort();
      throw error;
    }
  };
  const stops = parts.transports.map((transport) =>
    transport.accept(PIPE_PROTOCOL, (stream) => void take(stream).catch(() => stream.abort())),
  );

  return {
    async open(identity, protocol, { signal } = {}) {
      if (!NAME.test(protocol))
        throw new UsageError('Cannot open pipe: expected a protocol of 1 to 100 printable ASCII characters');
      const peers = parts.known().filter((peer) => peer.identity === identity);
      if (peers.length === 0) throw new UsageError(`Cannot open pipe: no peer of ${identity} is known; connect first`);
      const problems: string[] = [];
      for (const peer of peers) {
        // One after the other, best first: each attempt is a connection.
        for (const address of peer.addresses) {
          try {
            return await dial(address, peer, protocol, signal);
          } catch (error) {
            if (!(error instanceof RemoteError || error instanceof DecodeError)) throw error;
            problems.push(error.message);
          }
        }
      }
      throw new RemoteError(
        `Cannot open pipe to ${identity}: ${problems.slice(0, 3).join('; ') || 'none of its peers has an address'}`,
      );
    },
    accept(protocol, taker) {
      if (takers.has(protocol)) throw new UsageError(`Cannot take pipes of ${protocol}: they are taken already`);
      takers.set(protocol, taker);
      return () => takers.delete(protocol);
    },
    close() {
      for (const stop of stops) stop();
      for (const stream of open) stream.abort();
    },
  };
}

/** Backpressure both ways: what is not read stays at the sender. */
function streamsOf(line: FramedStream, abort: () => void, ended: () => void): Pick<Pipe, 'readable' | 'writable'> {
  let hasEnded = false;
  let isClosed = false;
  const readable = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const frame = await line.receive();
        if (frame !== undefined) return controller.enqueue(frame.slice());
        hasEnded = true;
        if (isClosed) ended();
        controller.close();
      },
      cancel: abort,
    },
    { highWaterMark: 0 },
  );
  const writable = new WritableStream<Uint8Array>(
    {
      async write(chunk) {
        for (let at = 0; at < chunk.length; at += FRAME_BYTES) {
          // The stream may hold on to what it is given; the caller has its bytes back.
          await line.send([chunk.slice(at, at + FRAME_BYTES)]);
        }
      },
      async close() {
        await line.stream.close();
        isClosed = true;
        if (hasEnded) ended();
      },
      abort,
    },
    { highWaterMark: 1 },
  );
  return { readable, writable };
}

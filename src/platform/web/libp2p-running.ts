/** libp2p while it runs: dials by the exact way that was asked for, and hands streams to their takers. */
import { toHex } from '../../core/bytes.ts';
import { RemoteError, VerificationError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { TransportStream } from '../../core/transport.ts';
import { type PassageTo, parsePeerAddress } from './libp2p-address.ts';
import { createDialer, type Dialer } from './libp2p-dialer.ts';
import { keepRelays, type Relays } from './libp2p-relays.ts';
import { type RawStream, streamOverLibp2p } from './libp2p-stream.ts';
import { type Connection, DIAL_MS, type Node, type Running, type Stream, type Target } from './libp2p-types.ts';
import { staggered } from './staggered.ts';
import { within } from './within.ts';

type Takers = ReadonlyMap<string, (stream: TransportStream) => void>;

/** Of one protocol on one connection: with the first credit of each, what a stranger can make this end hold. */
const STREAMS_EACH = 256;
const CLOSE_MS = 500;
/**
 * libp2p opens WebRTC by a first channel that the far end closes as soon as it sees it. Where this end is busy, that is
 * over before libp2p begins to wait for it, and then it waits in vain.
 */
const MAY_HANG = /\/p2p-circuit\/webrtc\//;
/** Longer than it takes where datagrams are lost; together less than a dial. */
const HANG_MS = [3000, 4000] as const;
const PROTOCOL_OPTIONS = {
  ...{ runOnLimitedConnection: true, maxInboundStreams: STREAMS_EACH, maxOutboundStreams: STREAMS_EACH },
};

export interface RunningParts {
  readonly node: Node;
  readonly takers: Takers;
  /** Multiaddrs with /p2p/ of relays to keep a place at. */
  readonly relays: readonly string[];
  readonly clock: Pick<Clock, 'after'>;
  readonly dialMs?: number;
  readonly passageTo?: PassageTo;
  /** So many bytes come or go. */
  readonly passes?: (bytes: number) => void;
  /** Addresses are others. */
  changed(): void;
}

export function runningOver({ node, takers, clock, changed, ...options }: RunningParts): Running {
  const dialer = createDialer(node, clock);
  const relays: Relays = keepRelays({ node, dialer, clock, changed }, options.relays);
  const streams = new Set<TransportStream>();
  const hold = (stream: Stream, connection: Connection, address: string): TransportStream => {
    const held = wrap(stream, connection, address, options);
    streams.add(held);
    stream.addEventListener('close', () => streams.delete(held));
    return held;
  };
  const accept = (protocol: string): void => {
    const enter = (stream: Stream, connection: Connection): void => {
      const taker = takers.get(protocol);
      if (taker === undefined || keyOf(connection) === undefined) stream.abort(new Error('not taken'));
      else taker(hold(stream, connection, connection.remoteAddr.toString()));
    };
    node.handle(protocol, enter, { ...PROTOCOL_OPTIONS, force: true }).catch(() => {});
  };
  for (const protocol of takers.keys()) accept(protocol);
  const connect = connector(dialer, options.dialMs ?? DIAL_MS, clock);
  return {
    async dial(target, protocol) {
      const connection = await connect(target);
      try {
        const stream = await connection.newStream(protocol, PROTOCOL_OPTIONS);
        return hold(stream, connection, target.address);
      } catch (cause) {
        throw refusal(target.address, protocol, cause as Error);
      }
    },
    accept,
    refuse: (protocol) => void node.unhandle(protocol).catch(() => {}),
    heldRelays: relays.held,
    useRelays: relays.add,
    webrtcAddresses: () =>
      node.components.transportManager
        .getAddrs()
        .map((address) => address.toString().replace(/\/p2p\/[^/]+$/, ''))
        .filter((address) => address.includes('/webrtc-direct/')),
    async close() {
      relays.close();
      for (const stream of streams) stream.abort();
      await dialer.close();
      // WebRTC's native side bears it badly when its port goes before its connections.
      const closing = node.getConnections().map((each) => each.close({ signal: AbortSignal.timeout(CLOSE_MS) }));
      await Promise.allSettled(closing);
      await node.stop();
    },
  };
}

/**
 * Dials an address once, however many ask at once, and again only when that connection has gone. libp2p's own dial would
 * take any connection to the peer, and join any dial to it that is under way, another relay's too.
 */
function connector(
  dialer: Dialer,
  withinMs: number,
  clock: Pick<Clock, 'after'>,
): (target: Target) => Promise<Connection> {
  const under = new Map<string, Promise<Connection>>();
  const dial = (full: string, signal: AbortSignal): Promise<Connection> =>
    MAY_HANG.test(full)
      ? staggered((own) => dialer.dial(full, own), {
          ...{ clock, signal, pausesMs: HANG_MS },
          drop: (late) => late.abort(new Error('another attempt was first')),
        })
      : dialer.dial(full, signal);
  const connect = async ({ address, full, key }: Target): Promise<Connection> => {
    let connection: Connection;
    try {
      connection = await within(withinMs, (signal) => dial(full, signal));
    } catch (cause) {
      throw failure(address, withinMs, cause as Error);
    }
    const got = keyOf(connection);
    if (got !== undefined && (key === undefined || toHex(got) === toHex(key))) return connection;
    connection.abort(new Error('another key'));
    throw new VerificationError(`Cannot trust ${address}: expected the Ed25519 key of a peer`);
  };
  return (target) => {
    const known = under.get(target.full);
    if (known !== undefined) return known;
    const connection = connect(target);
    under.set(target.full, connection);
    const forget = (): void => {
      if (under.get(target.full) === connection) under.delete(target.full);
    };
    connection.then((made) => {
      if (made.status === 'open') made.addEventListener('close', forget);
      else forget();
    }, forget);
    return connection;
  };
}

/** Undefined where it is no Ed25519 key. */
function keyOf({ remotePeer }: Connection): Uint8Array | undefined {
  return remotePeer.publicKey?.type === 'Ed25519' ? new Uint8Array(remotePeer.publicKey.raw) : undefined;
}

function wrap(
  stream: Stream,
  connection: Connection,
  address: string,
  { passageTo, passes }: Pick<RunningParts, 'passageTo' | 'passes'>,
): TransportStream {
  const way = parsePeerAddress(connection.remoteAddr.toString(), passageTo);
  const relay = way?.relay === undefined ? {} : { relay: toHex(way.relay) };
  const facts = {
    ...{ protocol: stream.protocol, remoteKey: keyOf(connection) ?? new Uint8Array(0), address },
    ...{ passage: way?.passage ?? 'direct', ...relay },
  };
  return streamOverLibp2p(stream as unknown as RawStream, facts, passes);
}

/** libp2p gathers what each address of a peer came to. */
const namesIn = (error: Error): string[] =>
  error instanceof AggregateError
    ? [error.name, ...error.errors.flatMap(namesIn)]
    : [error.name, (error as Error & { code?: string }).code ?? ''];

function failure(address: string, withinMs: number, cause: Error): Error {
  const names = namesIn(cause);
  if (names.includes('UnexpectedPeerError') || cause.message.includes('does not match expected'))
    return new VerificationError(`Cannot trust ${address}: another key answers there than the one that was named`, {
      cause,
    });
  if (names.includes('TimeoutError') || names.includes('AbortError'))
    return new RemoteError(
      `Cannot dial ${address}: no answer within ${withinMs / 1000} s; does a firewall stand between?`,
      { cause },
    );
  return new RemoteError(`Cannot dial ${address}: ${cause.message}; is the other peer running?`, { cause });
}

const refusal = (address: string, protocol: string, cause: Error): RemoteError =>
  new RemoteError(
    cause.name === 'UnsupportedProtocolError'
      ? `Cannot dial ${address}: it does not speak ${protocol}; is its version the same?`
      : `Cannot dial ${address} for ${protocol}: ${cause.message}; is the other peer still running?`,
    { cause },
  );

/**
 * One TCP port for all that peers speak, told apart by the first byte: TLS, HTTP (for WebSocket) and multistream
 * (libp2p). Whoever opens a connection and says nothing, or something else, is dropped after a bounded time; how many
 * are undecided at once is bounded, in all and from one address. A connection counts as undecided until its taker
 * says that the handshake is over, so that the bounds hold for handshakes, too.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { RemoteError, UsageError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { clock as realClock } from './crypto.ts';
import { createUndecided, type UndecidedLimits } from './undecided.ts';

export type Opening = 'tls' | 'http' | 'multistream';

/** `decided` says that the handshake has succeeded; a connection that closes before needs nothing. */
export type ConnectionTaker = (socket: Socket, decided: () => void) => void;

export interface SharedPort {
  readonly host: string;
  readonly port: number;
  /** Takes the connections that open in this way; one taker for each. Returns what stops it. */
  take(opening: Opening, taker: ConnectionTaker): () => void;
  /** Connections that have not been decided. */
  readonly undecided: number;
  /** Takes no more, and breaks those that are undecided; what was decided is its taker's. */
  close(): Promise<void>;
}

export interface PortLimits extends UndecidedLimits {
  /** Connections in all, decided ones among them. */
  readonly connections: number;
}

export const PORT_LIMITS: PortLimits = { decideMs: 10_000, undecided: 256, undecidedPerAddress: 64, connections: 4096 };

export async function openSharedPort(options: {
  host?: string;
  port: number;
  limits?: Partial<PortLimits>;
  clock?: Pick<Clock, 'after'>;
}): Promise<SharedPort> {
  const { host = '::', port } = options;
  const door = createDoor({ ...PORT_LIMITS, ...options.limits }, options.clock ?? realClock);
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS }, door.enter);
  const bound = await listen(server, host, port);
  return {
    host: bound.address,
    port: bound.port,
    take: door.take,
    get undecided() {
      return door.undecided.size;
    },
    async close() {
      door.undecided.close();
      // Not waited for: that would last as long as any connection that was decided.
      if (server.listening) server.close();
    },
  };
}

/** Whoever vanished without a word is noticed, in the end, by the system. */
export const KEEP_ALIVE_MS = 30_000;

/** The opening that this first byte begins: a TLS record of type handshake, a method GET, a multistream header of 19 bytes. */
export const openingOf = (first: number | undefined): Opening | undefined => OPENINGS.get(first ?? -1);

const OPENINGS = new Map<number, Opening>([
  [0x16, 'tls'],
  [0x47, 'http'],
  [0x13, 'multistream'],
]);

function createDoor(limits: PortLimits, clock: Pick<Clock, 'after'>) {
  const takers = new Map<Opening, ConnectionTaker>();
  const undecided = createUndecided(limits, clock);
  let connections = 0;

  const enter = (socket: Socket): void => {
    const decided = connections >= limits.connections ? undefined : undecided.admit(socket);
    if (decided === undefined) {
      socket.destroy();
      return;
    }
    connections += 1;
    socket.once('close', () => {
      connections -= 1;
      decided();
    });
    socket.on('error', () => socket.destroy());
    firstByte(socket, (first) => {
      const opening = openingOf(first);
      const taker = opening && takers.get(opening);
      if (taker === undefined) socket.destroy();
      else taker(socket, decided);
    });
  };
  const take: SharedPort['take'] = (opening, taker) => {
    if (takers.has(opening)) throw new UsageError(`Cannot take ${opening} connections: they are taken already`);
    takers.set(opening, taker);
    return () => {
      if (takers.get(opening) === taker) takers.delete(opening);
    };
  };
  return { enter, take, undecided };
}

/** Looks at the first byte without taking it; undefined where the connection ends before. */
function firstByte(socket: Socket, found: (first: number | undefined) => void): void {
  const look = (): void => {
    const chunk: Buffer | null = socket.read();
    if (chunk === null && !socket.readableEnded && !socket.destroyed) {
      socket.once('readable', look);
      return;
    }
    socket.removeListener('end', look);
    if (chunk !== null) socket.unshift(chunk);
    found(chunk?.[0]);
  };
  socket.once('end', look);
  socket.once('readable', look);
}

async function listen(server: Server, host: string, port: number): Promise<{ address: string; port: number }> {
  try {
    return await listenAt(server, host, port);
  } catch (cause) {
    // No IPv6 on this machine: then all addresses are those of IPv4.
    const code = (cause as NodeJS.ErrnoException).code;
    if (host === '::' && (code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL')) return listen(server, '0.0.0.0', port);
    if (code === 'EADDRINUSE')
      throw new UsageError(`Cannot listen on port ${port}: another program has it; name another one`, { cause });
    throw new RemoteError(
      `Cannot listen on ${host} port ${port}: ${(cause as Error).message}; is it this machine's address?`,
      {
        cause,
      },
    );
  }
}

function listenAt(server: Server, host: string, port: number): Promise<{ address: string; port: number }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 511 }, () => {
      server.removeListener('error', reject);
      const bound = server.address();
      if (bound === null || typeof bound === 'string') reject(new UsageError('Cannot listen: expected a TCP port'));
      else resolve(bound);
    });
  });
}

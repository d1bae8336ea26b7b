/**
 * A network within one process, for tests and simulation: every transport made from it reaches every other by
 * `memory:<name>`. Order, windows, ends and breaks are as on a real network (test/contracts/transport.ts); cut and
 * freeze are what happens to one. Nothing here waits for time.
 */
import { toHex } from '../../core/bytes.ts';
import { RemoteError, UsageError, VerificationError } from '../../core/errors.ts';
import type { AbortSignalLike } from '../../core/ports.ts';
import type { Passage, Transport, TransportStream } from '../../core/transport.ts';
import { createPipe, type Pipe } from './pipe.ts';

export interface MemoryNetwork {
  /** `name` is where others reach it: memory:<name>. Without one the start of the key is taken. */
  transport(key: Uint8Array, options?: { name?: string; passage?: Passage }): Transport;
  /** Breaks every stream between the two, and lets none begin, until `heal`. */
  cut(a: Transport, b: Transport): void;
  /** Nothing arrives from now on, and nobody is told, until `heal`. */
  freeze(a: Transport, b: Transport): void;
  /** Ends cut and freeze; what was frozen arrives. */
  heal(a: Transport, b: Transport): void;
}

interface Station {
  readonly key: Uint8Array;
  readonly address: string;
  readonly passage: Passage;
  readonly takers: Map<string, (stream: TransportStream) => void>;
  readonly links: Set<Link>;
  isOpen: boolean;
}

/** Both directions of one stream, and whom it joins. */
interface Link {
  readonly ends: readonly [Station, Station];
  readonly pipes: readonly [Pipe, Pipe];
}

interface Trouble {
  state: 'cut' | 'frozen' | undefined;
  /** Dials that wait for the end of a freeze. */
  readonly waiting: Set<() => void>;
}

export function createMemoryNetwork(): MemoryNetwork {
  const stations = new Map<string, Station>();
  const owners = new WeakMap<Transport, Station>();
  const troubles = new Map<string, Trouble>();

  const between = (a: string, b: string): Trouble => {
    const name = [a, b].sort().join(' ');
    const trouble = troubles.get(name) ?? { state: undefined, waiting: new Set() };
    troubles.set(name, trouble);
    return trouble;
  };
  const change = (a: Transport, b: Transport, state: Trouble['state']): void => {
    const [from, to] = [owners.get(a), owners.get(b)];
    if (from === undefined || to === undefined)
      throw new UsageError('Cannot change links: expected transports of this network');
    const trouble = between(from.address, to.address);
    trouble.state = state;
    for (const link of from.links) if (link.ends.includes(to)) disturb(link, state);
    if (state !== 'frozen') for (const wake of [...trouble.waiting]) wake();
  };
  return {
    transport(key, { name = toHex(key.subarray(0, 8)), passage = 'direct' } = {}) {
      const station: Station = {
        ...{ key, address: `memory:${name}`, passage, takers: new Map(), links: new Set(), isOpen: true },
      };
      if (stations.has(station.address)) throw new UsageError(`Cannot open ${station.address}: the name is taken`);
      stations.set(station.address, station);
      const transport = transportOf(station, stations, between);
      owners.set(transport, station);
      return transport;
    },
    cut: (a, b) => change(a, b, 'cut'),
    freeze: (a, b) => change(a, b, 'frozen'),
    heal: (a, b) => change(a, b, undefined),
  };
}

function transportOf(
  station: Station,
  stations: Map<string, Station>,
  between: (a: string, b: string) => Trouble,
): Transport {
  const demandOpen = (): void => {
    if (!station.isOpen) throw new UsageError('Cannot dial: the transport is closed');
  };
  return {
    name: 'memory',
    key: station.key,
    dials: (address) => address.startsWith('memory:') && address.length > 'memory:'.length,
    async dial(address, { protocol, key, signal }) {
      demandOpen();
      if (!this.dials(address))
        throw new UsageError(`Cannot dial ${address}: expected an address of the form memory:name`);
      const trouble = between(station.address, address);
      await thaw(trouble, address, signal);
      demandOpen();
      const other = stations.get(address);
      if (other === undefined || trouble.state === 'cut') throw nobodyThere(address);
      if (key !== undefined && toHex(key) !== toHex(other.key)) throw otherKey(address, key, other.key);
      const taker = other.takers.get(protocol);
      if (taker === undefined)
        throw new RemoteError(`Cannot dial ${address}: it does not speak ${protocol}; is its version the same?`);
      return join(station, other, protocol, taker);
    },
    accept(protocol, taker) {
      if (station.takers.has(protocol)) throw new UsageError(`Cannot accept ${protocol}: it is taken already`);
      station.takers.set(protocol, taker);
      return () => {
        if (station.takers.get(protocol) === taker) station.takers.delete(protocol);
      };
    },
    addresses: () => (station.isOpen ? [station.address] : []),
    onAddresses: () => () => {},
    async close() {
      if (!station.isOpen) return;
      station.isOpen = false;
      stations.delete(station.address);
      station.takers.clear();
      for (const link of station.links) disturb(link, 'cut');
    },
  };
}

/** Resolves at once, or when a freeze is over. */
async function thaw(trouble: Trouble, address: string, signal: AbortSignalLike | undefined): Promise<void> {
  const aborted = () => new RemoteError(`Cannot dial ${address}: the attempt was given up`);
  if (signal?.aborted) throw aborted();
  // One turn, as on a real network: nobody may count on a dial that is done at once.
  await Promise.resolve();
  if (signal?.aborted) throw aborted();
  while (trouble.state === 'frozen') {
    await new Promise<void>((wake) => {
      const woken = (): void => {
        trouble.waiting.delete(woken);
        signal?.removeEventListener('abort', woken);
        wake();
      };
      trouble.waiting.add(woken);
      signal?.addEventListener('abort', woken);
    });
    if (signal?.aborted) throw aborted();
  }
}

function join(from: Station, to: Station, protocol: string, taker: (stream: TransportStream) => void): TransportStream {
  const link: Link = { ends: [from, to], pipes: [createPipe(), createPipe()] };
  from.links.add(link);
  to.links.add(link);
  const [there, back] = link.pipes;
  const { passage } = to;
  taker(streamOf(link, back, there, { protocol, remoteKey: from.key, address: from.address, passage }));
  return streamOf(link, there, back, { protocol, remoteKey: to.key, address: to.address, passage });
}

type Facts = Pick<TransportStream, 'protocol' | 'remoteKey' | 'address' | 'passage'>;

function streamOf(link: Link, out: Pipe, incoming: Pipe, facts: Facts): TransportStream {
  return {
    ...facts,
    send: (bytes) => out.send(bytes),
    async receive() {
      const piece = await incoming.receive();
      if (piece === undefined && out.isDrained) for (const station of link.ends) station.links.delete(link);
      return piece;
    },
    close: () => out.end(),
    abort: () => disturb(link, 'cut'),
  };
}

function disturb(link: Link, state: Trouble['state']): void {
  for (const pipe of link.pipes) {
    if (state === 'cut')
      pipe.break(
        new RemoteError(`Cannot go on: the stream between ${link.ends[0].address} and ${link.ends[1].address} broke`),
      );
    else pipe.freeze(state === 'frozen');
  }
  if (state === 'cut') for (const station of link.ends) station.links.delete(link);
}

const nobodyThere = (address: string): RemoteError =>
  new RemoteError(`Cannot dial ${address}: nobody answers there; is the other peer running?`);

const otherKey = (address: string, expected: Uint8Array, got: Uint8Array): VerificationError =>
  new VerificationError(`Cannot trust ${address}: expected key ${toHex(expected)}, got ${toHex(got)}`);

/**
 * A peer among peers: takes and makes connections over the transports it is given, keeps those that it knows connected
 * over several paths, and shares with each what both want (spec/09-sync.md). Everything that arrives takes the line
 * that all envelopes and entries take.
 */
import { equal, fromHex, toHex } from '../../core/bytes.ts';
import { RemoteError, UsageError, VerificationError } from '../../core/errors.ts';
import type { AbortSignalLike, Clock, Random, Sha256, Signer, Store, Verifier } from '../../core/ports.ts';
import type { Hello } from '../../core/sync/session/hello.ts';
import type { Wants } from '../../core/sync/session/wants.ts';
import { decodeTicket, encodeTicket } from '../../core/ticket.ts';
import type { Transport, TransportStream } from '../../core/transport.ts';
import type { Peer } from '../api.ts';
import type { ConnectOptions, NetworkEvents, PeerNetwork, RemotePeer } from '../api-network.ts';
import type { BlobTraffic } from './blob-traffic.ts';
import { createDialling, type Dialling } from './dialling.ts';
import type { EntryTraffic } from './entry-traffic.ts';
import { type FramedStream, framed } from './framing.ts';
import { type Gate, OPEN_TO_THE_INVITED } from './gate.ts';
import { certifyPeer, shakeHands } from './handshake.ts';
import { createInvitations } from './invitations.ts';
import { createKnownPeers, type KnownPeer } from './known-peers.ts';
import { createNeighbour, type Neighbour, type Tally, WINDOW_BYTES } from './neighbour.ts';
import { createPipes, type Pipes } from './pipes.ts';
import type { Keeper } from './sets/types.ts';

export interface NetworkParts {
  /** Others are reached through it: its transports forward. */
  readonly forwards?: boolean;
  readonly store: Store;
  readonly verifier: Verifier;
  readonly sha256: Sha256;
  readonly random: Random;
  readonly clock: Clock;
  /** The identity. */
  readonly signer: Signer;
  /** This peer's key: that of all its transports. */
  readonly peer: Uint8Array;
  readonly transports: readonly Transport[];
  readonly keepers: readonly Keeper[];
  readonly entries?: EntryTraffic;
  readonly blobs: BlobTraffic;
  readonly wants: Wants;
  /** What of another's wants it may have; all of it by default. */
  allow?(wants: Wants, from: Hello): Wants;
  /** Whom else than those with a ticket or known before it lets in, and how much it takes of each. */
  readonly gate?: Gate;
  /** Of the identity, for people. */
  name(): string;
  onError?(error: unknown): void;
}

export interface Network extends PeerNetwork, Pick<Peer, 'ticket' | 'connect' | 'peers'> {
  readonly pipes: Pipes;
  /** From now on, of all who are connected and of all to come. */
  want(wants: Wants): void;
  /** Somebody on the local network says that a peer is there. Believed of nobody: a known peer is dialled, and proves its key. */
  found(peer: { readonly key: Uint8Array; readonly addresses: readonly string[] }): void;
  /** Resolves to whether the blob (hex) is here, once it is or nobody who is connected has it. */
  fetch(hash: string): Promise<boolean>;
  close(): Promise<void>;
}

export const SYNC_PROTOCOL = '/pipes/sync/1';
const MOST_NEIGHBOURS = 1000;
/** Strangers that have not said who they are yet. */
const MOST_HANDSHAKES = 256;
/** Of one passage: a second one may take another interface, a third would add little. */
const PATHS_ALIKE = 2;
const CONNECT_MS = 20_000;

export async function createNetwork(parts: NetworkParts): Promise<Network> {
  const { sha256, clock, transports } = parts;
  const certificate = await certifyPeer(parts.signer, parts.peer, clock.now());
  const invitations = createInvitations(parts);
  const known = await createKnownPeers(parts.store);
  const neighbours = new Map<string, Neighbour>();
  const tallies = new Map<string, Tally>();
  const gate = parts.gate ?? OPEN_TO_THE_INVITED;
  const listeners = { peers: new Set<() => void>() };
  const gone = new Map<string, string>();
  let isClosed = false;
  let wants = parts.wants;

  const onError = (error: unknown): void => parts.onError?.(error);
  const changed = (): void => {
    for (const listener of [...listeners.peers]) listener();
  };
  const addresses = (): string[] => transports.flatMap((transport) => transport.addresses());
  const ownHello = (invitation?: Uint8Array): Hello => ({
    ...{ certificate, now: clock.now(), window: WINDOW_BYTES, name: parts.name(), addresses: addresses() },
    ...(parts.forwards && { forwards: true }),
    ...(invitation && { invitation }),
  });
  const useRelays = (): void => {
    const relays = known.all().flatMap(({ forwards, addresses }) => (forwards ? addresses : []));
    for (const transport of transports) transport.useRelays?.(relays.filter(transport.dials));
  };
  const objection = async (hello: Hello): Promise<string | undefined> => {
    const { peer, identity } = hello.certificate;
    const key = toHex(peer);
    if (equal(peer, parts.peer)) return 'that is this very peer';
    if (known.isBlocked(key)) return 'not welcome here';
    if (!neighbours.has(key) && neighbours.size >= MOST_NEIGHBOURS) return 'too many peers are connected; try later';
    const verdict = gate.judge(hello);
    if (typeof verdict === 'object') return verdict.refused;
    const isWelcome = verdict === 'welcome' || known.get(key) !== undefined || equal(identity, parts.signer.key);
    if (isWelcome || (hello.invitation && (await invitations.isGood(hello.invitation)))) return undefined;
    return 'not invited, or the ticket is too old; ask for a new ticket';
  };
  const whyNot = async (hello: Hello): Promise<string | undefined> => {
    const reason = await objection(hello);
    const key = toHex(hello.certificate.peer);
    if (reason !== undefined) gate.refused(known.get(key) === undefined ? '' : key);
    return reason;
  };
  const tallyOf = (key: string): Tally => {
    const tally = tallies.get(key) ?? { sent: 0, received: 0 };
    tallies.set(key, tally);
    return tally;
  };
  const neighbourOf = (hello: Hello): Neighbour => {
    const key = toHex(hello.certificate.peer);
    const present = neighbours.get(key);
    if (present !== undefined) return present;
    const made = createNeighbour(
      {
        ...parts,
        wants,
        entries: parts.entries,
        allow: parts.allow ?? ((all) => all),
        gate,
        tally: tallyOf(key),
        onChange() {
          changed();
          if (made.paths().length === 0) dialling.lost(key);
        },
        onLost: () => dialling.lost(key),
        onGone(reason) {
          if (neighbours.get(key) === made) neighbours.delete(key);
          gone.set(key, reason);
          changed();
          dialling.lost(key);
        },
        onError,
      },
      hello,
    );
    neighbours.set(key, made);
    gone.delete(key);
    return made;
  };
  /** Both sides have said hello, and this one lets the other in. */
  const join = async (line: FramedStream, hello: Hello, dialled?: string): Promise<Neighbour> => {
    const key = toHex(hello.certificate.peer);
    await known.saw(key, hello, clock.now(), dialled);
    if (hello.forwards) useRelays();
    if (isClosed) throw new UsageError('Cannot connect: the peer is closed');
    const neighbour = neighbourOf(hello);
    const { passage } = line.stream;
    const alike = neighbour.paths().filter((path) => path.transport === passage && isAlive(path));
    if (alike.length >= PATHS_ALIKE) line.stream.abort();
    else neighbour.add(line, hello);
    return neighbour;
  };
  let handshakes = 0;
  const welcome = async (stream: TransportStream): Promise<void> => {
    if (handshakes >= MOST_HANDSHAKES) return stream.abort();
    handshakes++;
    const line = framed(stream);
    try {
      const hello = await shakeHands(line, ownHello(), parts, whyNot);
      await join(line, hello);
    } catch (error) {
      stream.abort();
      if (!(error instanceof RemoteError || error instanceof VerificationError)) onError(error);
    } finally {
      handshakes--;
    }
  };
  const dial = async (address: string, peer: KnownPeer, signal?: AbortSignalLike): Promise<Neighbour> => {
    const transport = transports.find((each) => each.dials(address));
    if (transport === undefined)
      throw new RemoteError(`Cannot dial ${address}: no transport here reaches such addresses`);
    const key = fromHex(peer.key, 32) as Uint8Array;
    const stream = await transport.dial(address, { protocol: SYNC_PROTOCOL, key, ...(signal && { signal }) });
    const line = framed(stream);
    try {
      const invitation = peer.invitation === undefined ? undefined : fromHex(peer.invitation, 16);
      const hello = await shakeHands(line, ownHello(invitation), parts, whyNot);
      if (toHex(hello.certificate.identity) !== peer.identity) {
        throw new VerificationError(
          `Cannot trust ${address}: the peer belongs to another identity than its ticket said`,
        );
      }
      return await join(line, hello, address);
    } catch (error) {
      stream.abort();
      throw error;
    }
  };
  const dialling: Dialling = createDialling({
    ...{ clock, random: parts.random, known, dial },
    pathsTo: (key) => (neighbours.get(key)?.paths() ?? []).filter(isAlive),
    canDial: (address) => transports.some((transport) => transport.dials(address)),
  });
  useRelays();
  const stops = transports.flatMap((transport) => [
    transport.accept(SYNC_PROTOCOL, (stream) => void welcome(stream)),
    transport.onAddresses(() => dialling.again()),
  ]);

  const pipes = createPipes({ ...parts, known: known.all, hello: ownHello, whyNot });

  const describe = (peer: KnownPeer): RemotePeer => {
    const neighbour = neighbours.get(peer.key);
    const paths = neighbour?.paths() ?? [];
    const isConnected = paths.some(isAlive);
    const hello = neighbour?.hello;
    const problem = isConnected ? undefined : (dialling.problem(peer.key) ?? gone.get(peer.key));
    return {
      ...{ key: peer.key, identity: peer.identity, name: peer.name, addresses: peer.addresses },
      isConnected,
      forwards: peer.forwards === true,
      isSettled: isConnected && neighbour?.isSettled === true,
      paths: paths.map(({ address, transport, state, roundTripMs, loss, sent, received }) => ({
        ...{ address, passage: transport, state, roundTripMs, loss, sentBytes: sent, receivedBytes: received },
      })),
      sentBytes: tallies.get(peer.key)?.sent ?? 0,
      receivedBytes: tallies.get(peer.key)?.received ?? 0,
      lastSeen: peer.seen === 0 ? undefined : new Date(peer.seen),
      clockSkewMs: hello && peer.skew,
      problem,
    };
  };

  return {
    key: toHex(parts.peer),
    addresses,
    async ticket() {
      const invitation = await invitations.make();
      const { peer, identity } = certificate;
      return encodeTicket(sha256, { peer, identity, invitation, addresses: addresses(), name: parts.name() });
    },
    async connect(text: string, options: ConnectOptions = {}) {
      const ticket = decodeTicket(sha256, text);
      if (transports.length === 0) throw new UsageError('Cannot connect: this peer was opened without a network');
      if (equal(ticket.peer, parts.peer)) throw new UsageError('Cannot connect: that is the ticket of this very peer');
      const peer = await known.invited(ticket);
      await dialling.now(peer.key, {
        timeoutMs: options.timeoutMs ?? CONNECT_MS,
        ...(options.signal && { signal: options.signal }),
      });
      return describe(known.get(peer.key) ?? peer);
    },
    peers: () => known.all().map(describe),
    async forget(key: string) {
      await known.forget(key);
      dialling.stop(key);
      await neighbours.get(key)?.end('forgotten');
    },
    settled: (options) => settled(options),
    on(event: keyof NetworkEvents, listener: () => void) {
      listeners[event].add(listener);
      return () => listeners[event].delete(listener);
    },
    pipes,
    want(next) {
      wants = next;
      for (const neighbour of neighbours.values()) neighbour.want(next);
    },
    found({ key, addresses: near }) {
      if (!isClosed && known.near(toHex(key), near)) dialling.soon(toHex(key));
    },
    fetch: parts.blobs.fetch,
    async close() {
      if (isClosed) return;
      isClosed = true;
      for (const stop of stops) stop();
      dialling.close();
      pipes.close();
      for (const keeper of parts.keepers) keeper.close?.();
      await Promise.all([...neighbours.values()].map((neighbour) => neighbour.end('going away')));
      await Promise.all(transports.map((transport) => transport.close()));
    },
  };

  /** Resolves when all who are connected have all that they want of each other. */
  function settled({ signal }: { signal?: AbortSignalLike } = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const all = [...neighbours.values()];
        if (signal?.aborted === true)
          done(() => reject(new RemoteError('Cannot catch up in time: peers are still exchanging')));
        else if (all.length > 0 && all.every((neighbour) => neighbour.isSettled)) done(resolve);
      };
      const done = (then: () => void): void => {
        listeners.peers.delete(look);
        signal?.removeEventListener('abort', look);
        then();
      };
      listeners.peers.add(look);
      signal?.addEventListener('abort', look);
      look();
    });
  }
}

const isAlive = ({ state }: { readonly state: string }): boolean => state !== 'down';

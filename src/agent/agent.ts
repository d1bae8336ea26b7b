/**
 * The keep server (spec/08-keep.md): agents connect to its port, sign, are found by name and heard. Published clients of
 * keep-protocol work unchanged. It shares the house of its installation: what waits for the absent goes along the same
 * line as every envelope, what is answered or handed on at once touches no disk.
 */

import { toHex } from '../core/bytes.ts';
import { decodeEnvelope } from '../core/envelope/envelope.ts';
import { fromEnvelope } from '../core/packet/packet-envelope.ts';
import type { Clock, Placed, Signer } from '../core/ports.ts';
import { NAME_PREFIX, nameScope, SWARM_PREFIX } from '../core/scope.ts';
import { boundedMap } from '../runtime/bounded-map.ts';
import type { House } from '../runtime/house.ts';
import { CARRIED, carriedKey } from '../runtime/packs/carried.ts';
import { ACKNOWLEDGEMENT, authoriseNames, idsIn, SWARM_MS } from './server/authorise.ts';
import { openClaims } from './server/claims.ts';
import { createDesk } from './server/desk.ts';
import { createDiscovery } from './server/discovery.ts';
import { openDoor } from './server/door.ts';
import { createInbox, type Inbox } from './server/inbox.ts';
import { openLedger, type Payment } from './server/ledger.ts';
import { Link, type LinkPorts } from './server/link.ts';
import { createDropLog, type Logger } from './server/log.ts';
import { createNames } from './server/names.ts';
import { type KeepPolicy, loadKeepPolicy } from './server/policy.ts';
import { createReplays } from './server/replay.ts';
import { createScars } from './server/scars.ts';
import { createSwarmRoom } from './server/swarm-room.ts';
import { createSwarms } from './server/swarms.ts';
import { createWords, serverSigner } from './server/words.ts';

export interface AgentOptions {
  readonly house: House;
  /** Where policy.json stands. */
  readonly dataDir: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** All addresses where none is given. */
  readonly host?: string;
  /** False lifts every limit per key and address, the free quota included. Default: true. */
  readonly rateLimits?: boolean;
  /** Instead of the file's. */
  readonly policy?: Partial<KeepPolicy>;
  /** Says whether what a packet offers was paid. Default: an offer counts as paid. */
  readonly payment?: Payment;
  /** Signs what the server promises. Default: a key that was made for it. */
  readonly signer?: Signer;
  readonly logger?: Logger;
}

export interface AgentServer {
  readonly port: number;
  /** The server's, 64 hex characters. */
  readonly key: string;
  close(): Promise<void>;
}

const HEARTBEAT_MS = 60_000;
const LOOK_MS = 250;
/** What waits is handed over once a connection was quiet for this, so that it is not taken for an answer. */
const QUIET_MS = 250;
const DAY = 86_400_000;
const HOUR_MS = 3_600_000;
const ADDRESSES = 10_000;
const UNLIMITED = 100_000;

/** Decides on names without listening, for what works on an installation's data while it does not run. */
export async function decideOnNames(house: House, dataDir: string): Promise<{ tidy(): Promise<void> }> {
  const { inbox } = await keepNames(house, await loadKeepPolicy(dataDir), () => {});
  return { tidy: inbox.tidy };
}

/** Claims, and what waits under names, wherever they come from. */
async function keepNames(house: House, policy: KeepPolicy, failed: (error: unknown) => void) {
  const claims = await openClaims(house.store, house.clock, policy);
  const inbox: Inbox = createInbox(house, policy, claims.owner);
  house.authorise(
    NAME_PREFIX,
    authoriseNames(claims, () => inbox, createSwarmRoom(house.clock.now, SWARM_MS, policy)),
  );
  const stop = house.pipeline.subscribe(nameScope(ACKNOWLEDGEMENT), ({ scope, envelope }) => {
    if (scope !== nameScope(ACKNOWLEDGEMENT)) return;
    const packet = fromEnvelope(decodeEnvelope(envelope));
    if (packet.dst !== ACKNOWLEDGEMENT) return;
    const owner = toHex(packet.pk);
    inbox.receivedElsewhere(owner, claims.names(owner), idsIn(packet)).catch(failed);
  });
  return { claims, inbox, stop };
}

/** Resolves when it answers. Rejects with UsageError for a wrong policy and with the system's error for the port. */
export async function startAgent(options: AgentOptions): Promise<AgentServer> {
  const { house } = options;
  const { clock, store } = house;
  const isLimited = options.rateLimits ?? true;
  const log = options.logger ?? (await import('./server/default-log.ts')).createLog();
  const policy: KeepPolicy = { ...(await loadKeepPolicy(options.dataDir)), ...options.policy };
  const words = createWords(options.signer ?? (await serverSigner(store)));
  const ledger = await openLedger(store, clock, policy, { isLimited, payment: options.payment });
  const names = createNames();
  const swarms = createSwarms(clock.now);
  const discovery = createDiscovery(names, words.key, clock.now);
  const links = new Set<Link>();
  let dropped = 0;
  let isOpen = true;
  const failed = (error: unknown): void => {
    if (isOpen) log.error({ err: error }, 'The keep server failed');
  };
  const { claims, inbox, stop: stopNames } = await keepNames(house, policy, failed);

  const drain = async (link: Link): Promise<void> => {
    for (const name of link.names) {
      const holder = names.holder(name);
      if (holder?.link === link && claims.owner(name) === holder.key) await inbox.drain(name, link);
    }
  };
  const soon = new Set<Link>();
  const drainSoon = (link: Link): void => {
    if (soon.has(link)) return;
    soon.add(link);
    const look = (): void => {
      const quietFor = clock.now() - link.lastHeard;
      if (quietFor < QUIET_MS && link.isStaying && isOpen) return void clock.after(QUIET_MS - quietFor, look);
      soon.delete(link);
      if (link.isStaying && isOpen) drain(link).catch(failed);
    };
    clock.after(QUIET_MS, look);
  };

  const claimsToday = boundedMap<string, { day: number; count: number }>(ADDRESSES);
  const takeClaim = (address: string): boolean => {
    if (!isLimited) return true;
    const day = Math.floor(clock.now() / DAY);
    const before = claimsToday.get(address);
    const count = (before?.day === day ? before.count : 0) + 1;
    claimsToday.set(address, { day, count });
    return count <= policy.claims_per_address_per_day;
  };
  const replays = createReplays(clock.now);
  const scars = createScars(house, policy);
  const parts = { house, names, claims, inbox, ledger, replays, swarms, scars, words, discovery };
  const desk = createDesk({ ...parts, takeClaim, drainSoon });
  const tellDrop = createDropLog(log, clock.now);

  const ports: LinkPorts = {
    verifier: house.verifier,
    now: clock.now,
    receive: desk.receive,
    failed,
    dropped(link, drop, bytes, detail) {
      dropped += 1;
      tellDrop(drop, link.address, bytes, detail);
    },
    closed(link) {
      links.delete(link);
      names.leave(link);
      swarms.leave(link);
      inbox.leave(link);
    },
  };
  const door = await openDoor({
    ...{ port: options.port, host: options.host },
    most: isLimited ? policy.connections : UNLIMITED,
    mostPerAddress: isLimited ? policy.connections_per_address : UNLIMITED,
    enter: (socket) => links.add(new Link(socket, ports)),
  });

  // Where the relay's agent card finds it.
  await store.commit([{ op: 'put', space: 'keep', key: 'port', value: `${door.port}` }]);
  /** Another peer may have brought a claim of a name that somebody uses here. */
  const evictUser = async (name: string, placed: Placed): Promise<void> => {
    if ((await store.record(CARRIED, carriedKey(placed))) === undefined) return;
    const owner = claims.owner(name);
    if (owner !== undefined) names.evict(name, owner);
  };
  const unsubscribe = house.pipeline.subscribe(NAME_PREFIX, (placed) => {
    const name = placed.scope.slice(NAME_PREFIX.length);
    if (name === SWARM_PREFIX) return desk.placedForSwarm(placed);
    if (names.holder(name)?.key !== claims.owner(name)) evictUser(name, placed).catch(failed);
    const holder = names.holder(name);
    if (holder !== undefined) drainSoon(holder.link);
  });
  const beat = async (): Promise<void> => {
    const before = clock.now() - HEARTBEAT_MS;
    for (const link of links) {
      if (link.names.size > 0) link.send(words.heartbeat);
      await desk.receipts(await inbox.settle(link, before));
    }
    await ledger.flush();
  };
  const stops = [
    every(clock, LOOK_MS, () => {
      for (const link of links) link.lookAtClock(clock.now());
    }),
    every(clock, HOUR_MS, () => void inbox.tidy().catch(failed)),
    every(clock, HEARTBEAT_MS, () => void beat().catch(failed)),
  ];
  measure(house, { links, names, claims, discovery, dropped: () => dropped });
  log.info({ event: 'started', port: door.port }, 'Keep server answers');

  return {
    port: door.port,
    key: words.key,
    async close() {
      isOpen = false;
      unsubscribe();
      stopNames();
      for (const stop of stops) stop();
      await door.close();
      await ledger.flush();
    },
  };
}

function every(clock: Clock, ms: number, task: () => void): () => void {
  let cancel: () => void;
  const again = (): void => {
    cancel = clock.after(ms, () => {
      task();
      again();
    });
  };
  again();
  return () => cancel();
}

function measure(
  house: House,
  read: {
    links: ReadonlySet<Link>;
    names: { readonly size: number };
    claims: { readonly size: number };
    discovery: { readonly packets: number };
    dropped(): number;
  },
): void {
  const add = (name: string, kind: 'gauge' | 'counter', help: string, value: () => number): void =>
    house.measure({ name: `pipes_keep_${name}`, kind, help, read: value });
  add('connections', 'gauge', 'Connections to the keep server', () => read.links.size);
  add('names', 'gauge', 'Names that agents are connected under', () => read.names.size);
  add('claims', 'gauge', 'Names that were claimed', () => read.claims.size);
  add('packets_total', 'counter', 'Signed packets that were taken', () => read.discovery.packets);
  add('dropped_total', 'counter', 'Packets that were dropped', read.dropped);
}

/**
 * What waits for the owners of claimed names (spec/08-keep.md#inbox): envelopes in the name's scope, on disk before anybody
 * is told, handed to connections that stay by fee and then arrival, and removed when they are acknowledged.
 */
import { concat, fromHex, toHex } from '../../core/bytes.ts';
import { decodeEnvelope } from '../../core/envelope/envelope.ts';
import { encodePacket, NOTHING, type Packet } from '../../core/packet/packet.ts';
import { claimedName, fromEnvelope, toEnvelope } from '../../core/packet/packet-envelope.ts';
import type { Placed, StoreOp } from '../../core/ports.ts';
import { LIMITS } from '../../core/registry.ts';
import { NAME_PREFIX, nameScope } from '../../core/scope.ts';
import { boundedMap } from '../../runtime/bounded-map.ts';
import type { House } from '../../runtime/house.ts';
import { allRecords } from '../../runtime/records.ts';
import type { Link } from './link.ts';

/** Asks for an acknowledgement: field 100, beside the signature. */
export const WAITED = Uint8Array.of(0xa0, 0x06, 0x01);
const WEEK_S = 604_800;
/** Handed over and not acknowledged; more wait until some are. */
const WINDOW = 256;

export interface Handed {
  readonly placed: Placed;
  readonly packet: Packet;
  readonly link: Link;
  readonly at: number;
}

export interface Inbox {
  put(name: string, packet: Packet): Promise<'queued' | 'inbox_full' | 'offline'>;
  /** Whether one more packet of that sender may wait in the scope. */
  hasRoom(scope: string, sender: Uint8Array): Promise<boolean>;
  /** Whether a packet was received under that name, and is gone: another peer may still bring it. */
  wasReceived(scope: string, id: Uint8Array): Promise<boolean>;
  /** The owner of these names says, at another peer, that those were received: they go, and those still to come are not taken. */
  receivedElsewhere(owner: string, names: readonly string[], ids: readonly string[]): Promise<void>;
  /** Forgets what was received and would have ended by now. */
  tidy(): Promise<void>;
  /** Hands over what waits; nothing twice on one connection. */
  drain(name: string, link: Link): Promise<void>;
  /** Removes what was handed over under those names, and returns it. */
  acknowledge(names: ReadonlySet<string>, ids: readonly string[], link: Link): Promise<Handed[]>;
  /** What was handed before that time to a connection that never acknowledges, and still stands: taken as received. */
  settle(link: Link, before: number): Promise<Handed[]>;
  leave(link: Link): void;
}

/** What waits in a scope, as far as was counted: what was refused after all, or has ended, counts for up to a minute. */
interface Count {
  readonly at: number;
  all: number;
  readonly bySender: Map<string, number>;
}

/** Packets that are gone because they were received, until they would have ended: by owner and id, and until when. */
const RECEIVED = 'keep-received';
/** For those that were heard of and may never come. */
const RECEIVED_MS = 86_400_000;
const ROWS = 1000;
const COUNTED = 1000;
const COUNTED_MS = 60_000;

const add = (count: Count, sender: string): void => {
  count.all++;
  count.bySender.set(sender, (count.bySender.get(sender) ?? 0) + 1);
};

export function createInbox(
  { store, clock, pipeline }: House,
  policy: { readonly inbox_max: number; readonly inbox_per_sender: number },
  ownerOf: (name: string) => string | undefined,
): Inbox {
  const handed = new Map<Link, Map<string, Handed>>();
  const acknowledging = new WeakSet<Link>();

  const waiting = async (scope: string): Promise<{ placed: Placed; packet: Packet }[]> => {
    const all = await store.arrivals(scope, 0, 2 * policy.inbox_max);
    return all.map((placed) => ({ placed, packet: read(placed) })).filter(({ packet }) => !isClaim(packet));
  };
  const counts = boundedMap<string, Count>(COUNTED);
  const count = async (scope: string): Promise<Count> => {
    const known = counts.get(scope);
    if (known !== undefined && clock.now() - known.at < COUNTED_MS) return known;
    const fresh: Count = { at: clock.now(), all: 0, bySender: new Map() };
    for (const { packet } of await waiting(scope)) add(fresh, toHex(packet.pk));
    counts.set(scope, fresh);
    return fresh;
  };
  const hasRoom = async (scope: string, sender: Uint8Array): Promise<boolean> => {
    const now = await count(scope);
    const key = toHex(sender);
    if (now.all >= policy.inbox_max || (now.bySender.get(key) ?? 0) >= policy.inbox_per_sender) return false;
    add(now, key);
    return true;
  };
  const remove = async (gone: readonly Handed[]): Promise<void> => {
    await forget(gone.map(({ placed }) => placed));
  };
  const forget = async (gone: readonly Placed[]): Promise<void> => {
    if (gone.length === 0) return;
    await store.commit(
      gone.flatMap(({ scope, time, id, expires }): StoreOp[] => [
        { op: 'remove', scope, time, id },
        { op: 'put', space: RECEIVED, key: receivedKey(ownerOf(nameIn(scope)), toHex(id)), value: String(expires) },
      ]),
    );
    for (const placed of gone) {
      counts.delete(placed.scope);
      for (const given of handed.values()) given.delete(toHex(placed.id));
    }
  };

  return {
    hasRoom,
    async wasReceived(scope, id) {
      return (await store.record(RECEIVED, receivedKey(ownerOf(nameIn(scope)), toHex(id)))) !== undefined;
    },
    async receivedElsewhere(owner, names, ids) {
      const value = String(clock.now() + RECEIVED_MS);
      const rows = ids.map((id) => ({ op: 'put', space: RECEIVED, key: receivedKey(owner, id), value }) as const);
      if (rows.length > 0) await store.commit(rows);
      for (const name of names) {
        const all = await waiting(nameScope(name));
        await forget(all.map(({ placed }) => placed).filter(({ id }) => ids.includes(toHex(id))));
      }
    },
    async tidy() {
      const now = clock.now();
      const ended = (await allRecords(store, RECEIVED)).filter(({ value }) => Number(value) <= now);
      for (let at = 0; at < ended.length; at += ROWS) {
        const rows = ended.slice(at, at + ROWS);
        await store.commit(rows.map(({ key }) => ({ op: 'delete', space: RECEIVED, key }) as const));
      }
    },
    async put(name, packet) {
      const now = clock.now();
      const hint = packet.unknown === undefined ? '' : JSON.stringify({ unknown: toHex(packet.unknown) });
      const admission = await pipeline.admit({
        ...{ envelope: toEnvelope(packet), scope: nameScope(name), time: now, received: now, hint, via: 'ingress' },
        expires: now + lifeS(packet) * 1000,
      });
      if (admission.kind !== 'refused') return 'queued';
      return admission.refusal === 'over-limit' ? 'inbox_full' : 'offline';
    },
    async drain(name, link) {
      const given = handed.get(link) ?? new Map<string, Handed>();
      const all = await waiting(nameScope(name));
      if (!link.isStaying) return;
      handed.set(link, given);
      all.sort((a, b) => Number(b.packet.fee - a.packet.fee) || a.placed.arrival - b.placed.arrival);
      for (const { placed, packet } of all) {
        const id = toHex(placed.id);
        if (given.has(id)) continue;
        if (given.size >= WINDOW || !link.send(marked(packet))) return;
        given.set(id, { placed, packet, link, at: clock.now() });
      }
    },
    async acknowledge(names, ids, link) {
      acknowledging.add(link);
      const scopes = new Set([...names].map(nameScope));
      const all = [...handed.values()];
      const found = ids
        .map((id) => all.map((given) => given.get(id)).find((each) => each !== undefined))
        .filter((each) => each !== undefined && scopes.has(each.placed.scope)) as Handed[];
      await remove(found);
      return found;
    },
    async settle(link, before) {
      if (acknowledging.has(link)) return [];
      const old = [...(handed.get(link)?.values() ?? [])].filter(({ at }) => at <= before);
      await remove(old);
      return old;
    },
    leave: (link) => void handed.delete(link),
  };
}

/** In seconds from the first intake: 0 stands for the longest. */
export const lifeS = ({ ttl }: Packet): number => (ttl === 0 ? WEEK_S : Math.min(ttl, WEEK_S));

const nameIn = (scope: string): string => scope.slice(NAME_PREFIX.length);

const receivedKey = (owner = '', id: string): string => `${owner}/${id}`;

const isClaim = ({ dst }: Packet): boolean => claimedName(dst) !== undefined;

function read({ envelope, hint }: Placed): Packet {
  const packet = fromEnvelope(decodeEnvelope(envelope));
  const unknown = hint === '' ? undefined : fromHex((JSON.parse(hint) as { unknown?: string }).unknown ?? '');
  return unknown === undefined ? packet : { ...packet, unknown };
}

/** As it came, with the request for an acknowledgement; one that leaves no room for that goes without. */
function marked(packet: Packet): Uint8Array {
  const payload = encodePacket({ ...packet, unknown: concat(packet.unknown ?? NOTHING, WAITED) });
  return payload.length <= LIMITS.packetBytes ? payload : encodePacket(packet);
}

/**
 * What happens with a verified packet (spec/08-keep.md#answers): its name is registered, then it is answered, handed to
 * another, or kept for one that is away. Whatever needs no disk is done at once, in the order of the connection.
 */
import { toHex } from '../../core/bytes.ts';
import { encodePacket, type Packet } from '../../core/packet/packet.ts';
import { claimedName, toEnvelope } from '../../core/packet/packet-envelope.ts';
import type { Placed } from '../../core/ports.ts';
import { isClaimable, nameScope } from '../../core/scope.ts';
import type { House } from '../../runtime/house.ts';
import { ACKNOWLEDGED_MS, ACKNOWLEDGEMENT, idsIn } from './authorise.ts';
import type { Claims } from './claims.ts';
import type { Discovery } from './discovery.ts';
import type { Handed, Inbox } from './inbox.ts';
import type { Ledger } from './ledger.ts';
import type { Link, Received } from './link.ts';
import type { Names } from './names.ts';
import type { Replays } from './replay.ts';
import type { Scars } from './scars.ts';
import { createSwarmDesk } from './swarm-desk.ts';
import type { Swarms } from './swarms.ts';
import { RECEIPT, SERVER, type Words } from './words.ts';

export interface DeskPorts {
  readonly house: House;
  readonly names: Names;
  readonly claims: Claims;
  readonly inbox: Inbox;
  readonly ledger: Ledger;
  readonly replays: Replays;
  readonly swarms: Swarms;
  readonly scars: Scars;
  readonly words: Words;
  readonly discovery: Discovery;
  /** Whether one more name may be claimed from there. */
  takeClaim(address: string): boolean;
  /** What waits for that connection is to be handed over once it is quiet. */
  drainSoon(link: Link): void;
}

export interface Desk {
  receive(link: Link, received: Received): Promise<void> | undefined;
  /** Members here get what was placed for their swarm. */
  placedForSwarm(placed: Placed): void;
  /** Tells the senders that these arrived. */
  receipts(handed: readonly Handed[]): Promise<void>;
}

const OFFER = 1;

export function createDesk(ports: DeskPorts): Desk {
  const { house, names, claims, inbox, ledger, replays, swarms, words, discovery } = ports;

  const say = (link: Link, { id }: Packet, body: string): undefined => void link.send(words.answer(id, body));

  const keyed = (key: string, signed: Uint8Array): string => `${key}${toHex(house.sha256(signed))}`;
  const idOf = ({ signed, key }: Received): string => keyed(key, signed);
  const swarm = createSwarmDesk({ ...ports, say, promise: again, refuse, idOf: keyed });

  /** Why the sender may not speak under that name. */
  const objection = (link: Link, { src }: Packet, key: string): string | undefined => {
    if (src === SERVER) return 'reserved_name';
    const owner = claims.owner(src);
    if (owner !== undefined && owner !== key) return 'name_claimed';
    if (src !== '' && names.register(src, key, link) === 'full') return 'too_many_names';
    if (owner !== undefined) ports.drainSoon(link);
    return undefined;
  };

  function receive(link: Link, received: Received): Promise<void> | undefined {
    const { packet, key } = received;
    const error = objection(link, packet, key);
    if (error !== undefined) {
      ledger.count(key, 'refused');
      return say(link, packet, `error:${error}`);
    }
    discovery.count(packet);
    const { dst } = packet;
    if (dst === '' || dst === SERVER) return say(link, packet, 'done');
    const [kind = '', rest] = dst.includes(':')
      ? [dst.slice(0, dst.indexOf(':')), dst.slice(dst.indexOf(':') + 1)]
      : [];
    if (rest === undefined) return route(link, received);
    if (kind === 'discover') return say(link, packet, discovery.answer(rest));
    if (kind === 'claim') return claim(link, received);
    if (dst === ACKNOWLEDGEMENT) return acknowledge(link, received);
    if (kind === 'scar') return scar(link, packet, rest);
    if (kind === 'swarm' || kind === 'nearest') return swarm.receive(link, received, kind, rest);
    return route(link, received);
  }

  async function claim(link: Link, { packet, key }: Received): Promise<void> {
    const name = claimedName(packet.dst) ?? '';
    if (!isClaimable(name)) return say(link, packet, 'error:bad_name');
    if (claims.owner(name) === undefined && !ports.takeClaim(link.address))
      return say(link, packet, 'error:too_many_claims');
    const now = house.clock.now();
    const admission = await house.pipeline.admit({
      ...{ envelope: toEnvelope(packet), scope: nameScope(name), time: now, received: now, hint: '', via: 'ingress' },
      expires: claims.expiry(packet, now),
    });
    const owner = claims.owner(name);
    if (admission.kind === 'refused') {
      ledger.count(key, 'refused');
      return say(link, packet, `error:${admission.refusal === 'not-authorised' ? admission.detail : 'bad_claim'}`);
    }
    if (admission.kind === 'known' && owner !== key) return say(link, packet, 'error:name_claimed');
    // The same packet counts once: it renews nothing that has ended.
    if (owner === undefined) return say(link, packet, 'error:claim_used');
    names.evict(name, owner, link);
    return say(link, packet, 'claimed');
  }

  function route(link: Link, received: Received): Promise<void> | undefined {
    const { packet, key } = received;
    const id = idOf(received);
    const before = replays.answered(id);
    if (before !== undefined) return before === '' ? undefined : again(link, packet, before);
    if (packet.typ === OFFER) swarms.heard(packet.src, packet.id);
    const problem = ledger.objection(key, packet);
    if (typeof problem === 'object') return problem.then((error) => deliver(link, received, id, error));
    return deliver(link, received, id, problem);
  }

  function deliver(link: Link, received: Received, id: string, problem: string | undefined): Promise<void> | undefined {
    const { packet, key } = received;
    if (problem !== undefined) return refuse(link, received, problem);
    const owner = claims.owner(packet.dst);
    const holder = names.holder(packet.dst);
    const isRight = holder !== undefined && (owner === undefined || owner === holder.key);
    if (isRight && holder.link.send(received.payload)) {
      replays.remember(id, '');
      ledger.count(key, 'delivered', packet.fee);
      return undefined;
    }
    if (owner !== undefined) return queue(link, received, id);
    return say(link, packet, isRight ? 'error:delivery_failed' : 'error:offline');
  }

  async function queue(link: Link, received: Received, id: string): Promise<void> {
    const { packet, key } = received;
    const outcome = await inbox.put(packet.dst, packet);
    if (outcome !== 'queued') return refuse(link, received, outcome);
    replays.remember(id, 'queued');
    ledger.count(key, 'queued', packet.fee);
    return again(link, packet, 'queued');
  }

  async function again(link: Link, { id, src }: Packet, body: string): Promise<void> {
    link.send(encodePacket(await words.signed({ id, dst: src, body })));
  }

  function refuse(link: Link, { packet, key }: Received, error: string): undefined {
    ledger.count(key, error === 'fee_required' ? 'abusive' : 'refused');
    return say(link, packet, `error:${error}`);
  }

  async function scar(link: Link, packet: Packet, verb: string): Promise<void> {
    link.send(await ports.scars.answer(verb, packet, (body) => words.answer(packet.id, body)));
  }

  /** Bears no answer, so that it can't be taken for another's. */
  async function acknowledge(link: Link, { packet, key }: Received): Promise<void> {
    const ids = idsIn(packet);
    const own = new Set([...link.names].filter((name) => claims.owner(name) === key));
    const gone = await inbox.acknowledge(own, ids, link);
    if (gone.length === 0) return;
    ports.drainSoon(link);
    await receipts(gone);
    if (house.others.count() > 0) await tellOthers(packet);
  }

  /** Peers that keep copies of what was received let go of them. Where there is no room for that, the copies just end. */
  async function tellOthers(packet: Packet): Promise<void> {
    const now = house.clock.now();
    const scope = nameScope(ACKNOWLEDGEMENT);
    const arrival = {
      envelope: toEnvelope(packet),
      scope,
      time: now,
      received: now,
      hint: '',
      via: 'ingress',
    } as const;
    await house.pipeline.admit({ ...arrival, expires: now + ACKNOWLEDGED_MS });
  }

  async function receipts(handed: readonly Handed[]): Promise<void> {
    for (const { packet, placed } of handed) {
      const { id, src } = packet;
      if (src === SERVER || src === '') continue;
      const receipt = await words.signed({ id, dst: src, body: RECEIPT + toHex(placed.id) });
      const holder = names.holder(src);
      const key = toHex(packet.pk);
      if (holder?.key === key && holder.link.send(encodePacket(receipt))) continue;
      if (claims.owner(src) === key) await inbox.put(src, receipt);
    }
  }

  return { receive, placedForSwarm: swarm.placed, receipts };
}

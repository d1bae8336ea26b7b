/**
 * Packets to swarms (spec/08-keep.md#swarms): handed to who joined here and, where other machines are known, placed once for
 * who joined there. What another machine placed is handed to the members here and goes no further by this: peers find
 * out among themselves who lacks it.
 */
import { toHex } from '../../core/bytes.ts';
import { decodeEnvelope } from '../../core/envelope/envelope.ts';
import { encodePacket, type Packet } from '../../core/packet/packet.ts';
import { fromEnvelope, swarmOf, toEnvelope } from '../../core/packet/packet-envelope.ts';
import type { Placed } from '../../core/ports.ts';
import { nameScope, SWARM_PREFIX } from '../../core/scope.ts';
import type { House } from '../../runtime/house.ts';
import { swarmLifeMs } from './authorise.ts';
import type { Claims } from './claims.ts';
import { lifeS } from './inbox.ts';
import type { Ledger } from './ledger.ts';
import type { Link, Received } from './link.ts';
import type { Names } from './names.ts';
import type { Replays } from './replay.ts';
import type { Member, Swarms } from './swarms.ts';
import { SERVER } from './words.ts';

export interface SwarmPorts {
  readonly house: House;
  readonly names: Names;
  readonly claims: Claims;
  readonly ledger: Ledger;
  readonly replays: Replays;
  readonly swarms: Swarms;
  say(link: Link, packet: Packet, body: string): undefined;
  /** Signed. */
  promise(link: Link, packet: Packet, body: string): Promise<void>;
  refuse(link: Link, received: Received, error: string): undefined;
  /** Of the same key and the same signed bytes, wherever they come in. */
  idOf(key: string, signed: Uint8Array): string;
}

export interface SwarmDesk {
  receive(link: Link, received: Received, kind: 'swarm' | 'nearest', name: string): Promise<void> | undefined;
  /** A packet was placed for members at several machines; those here get it unless they have it. */
  placed(placed: Placed): void;
}

const OFFER = 1;

export function createSwarmDesk(ports: SwarmPorts): SwarmDesk {
  const { house, names, claims, ledger, replays, swarms, say } = ports;
  /** Handed out here while they are being placed. */
  const entering = new Set<string>();

  const hand = (to: readonly Member[], swarm: string, { id }: Packet, payload: Uint8Array): number => {
    const reached = to.filter((member) => member.link.send(payload));
    for (const member of reached) swarms.asked(swarm, member.name, id);
    return reached.length;
  };
  const join = (link: Link, { packet }: Received, name: string): undefined => {
    if (packet.body !== 'leave') return say(link, packet, swarms.join(name, packet.src, link, lifeS(packet)));
    swarms.part(name, packet.src);
    return say(link, packet, 'done');
  };
  const place = (packet: Packet) => {
    const now = house.clock.now();
    const arrival = { envelope: toEnvelope(packet), scope: nameScope(SWARM_PREFIX), time: now, received: now } as const;
    return house.pipeline.admit({ ...arrival, expires: now + swarmLifeMs(packet), hint: '', via: 'ingress' });
  };
  const toOthers = async (link: Link, received: Received, id: string, reached: number): Promise<void> => {
    const { packet, key } = received;
    entering.add(id);
    const admission = await place(packet).finally(() => entering.delete(id));
    const isPlaced = admission.kind !== 'refused';
    if (!isPlaced && reached === 0) return ports.refuse(link, received, 'swarm_full');
    const answer = reached === 0 ? 'queued' : '';
    replays.remember(id, answer);
    ledger.count(key, reached === 0 ? 'queued' : 'delivered', packet.fee);
    if (answer !== '') await ports.promise(link, packet, answer);
  };

  return {
    receive(link, received, kind, name) {
      const { packet, key, signed, payload } = received;
      if (packet.typ === OFFER) return join(link, received, name);
      const id = ports.idOf(key, signed);
      const before = replays.answered(id);
      if (before !== undefined) return before === '' ? undefined : ports.promise(link, packet, before);
      const go = (problem: string | undefined): Promise<void> | undefined => {
        if (problem !== undefined) return ports.refuse(link, received, problem);
        const nearest = kind === 'nearest' ? swarms.nearest(name, packet.src) : undefined;
        const to = kind === 'swarm' ? swarms.others(name, packet.src) : nearest === undefined ? [] : [nearest];
        const reached = hand(to, name, packet, payload);
        if (kind === 'swarm' && house.others.count() > 0) return toOthers(link, received, id, reached);
        if (reached === 0) return say(link, packet, 'error:offline');
        replays.remember(id, '');
        ledger.count(key, 'delivered', packet.fee);
        return undefined;
      };
      const problem = ledger.objection(key, packet);
      return typeof problem === 'object' ? problem.then(go) : go(problem);
    },
    placed({ envelope: stored }) {
      const envelope = decodeEnvelope(stored);
      const packet = fromEnvelope(envelope);
      const swarm = swarmOf(packet);
      const key = toHex(packet.pk);
      const id = ports.idOf(key, envelope.signed);
      if (swarm === undefined || entering.has(id) || replays.answered(id) !== undefined) return;
      const owner = claims.owner(packet.src);
      if (packet.src === SERVER || (owner !== undefined && owner !== key)) return;
      // Names that nobody claimed are each machine's own: one of the same name here may be another.
      const isSenders = names.holder(packet.src)?.key === key;
      replays.remember(id, '');
      hand(swarms.others(swarm, isSenders ? packet.src : undefined), swarm, packet, encodePacket(packet));
    },
  };
}

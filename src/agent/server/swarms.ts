/**
 * Swarms (spec/08-keep.md#swarms): an offer to `swarm:X` or `nearest:X` joins X for its ttl, `leave` leaves. An ask goes to
 * all others, or to the nearest: the one that answered fastest of late. Who was never asked is asked first, once.
 */
import { boundedMap } from '../../runtime/bounded-map.ts';
import type { Link } from './link.ts';

export interface Member {
  readonly name: string;
  readonly link: Link;
}

export interface Swarms {
  join(swarm: string, name: string, link: Link, ttlS: number): 'done' | 'error:swarm_full';
  part(swarm: string, name: string): void;
  /** All but that one. */
  others(swarm: string, name: string | undefined): readonly Member[];
  nearest(swarm: string, name: string): Member | undefined;
  /** That member was handed an ask. */
  asked(swarm: string, name: string, id: string): void;
  /** A packet of that name under that id: an answer, should it have been asked. */
  heard(name: string, id: string): void;
  leave(link: Link): void;
}

interface Joined extends Member {
  readonly until: number;
  /** Of its answers, in milliseconds; 0: none yet. */
  roundTrip: number;
  /** Since when it owes an answer; 0: it does not. */
  owesSince: number;
}

const MOST_SWARMS = 10_000;
const MOST_MEMBERS = 1000;
const MOST_ASKED = 10_000;
/** Weight of the newest measurement. */
const NEWEST = 0.3;

export function createSwarms(now: () => number): Swarms {
  const swarms = new Map<string, Map<string, Joined>>();
  const asks = boundedMap<string, { member: Joined; at: number }>(MOST_ASKED);

  const others = (swarm: string, name: string | undefined): Joined[] => {
    const all = swarms.get(swarm);
    if (all === undefined) return [];
    for (const member of all.values()) if (member.until <= now()) all.delete(member.name);
    if (all.size === 0) swarms.delete(swarm);
    return [...all.values()].filter((member) => member.name !== name);
  };

  return {
    join(swarm, name, link, ttlS) {
      const all = swarms.get(swarm) ?? new Map<string, Joined>();
      const before = all.get(name);
      const isFull = all.size >= MOST_MEMBERS || (all.size === 0 && swarms.size >= MOST_SWARMS);
      if (before === undefined && isFull) return 'error:swarm_full';
      const { roundTrip = 0, owesSince = 0 } = before ?? {};
      all.set(name, { name, link, until: now() + ttlS * 1000, roundTrip, owesSince });
      swarms.set(swarm, all);
      return 'done';
    },
    part: (swarm, name) => void swarms.get(swarm)?.delete(name),
    others,
    nearest(swarm, name) {
      const at = now();
      return others(swarm, name).reduce<Joined | undefined>(
        (best, one) => (best === undefined || distance(one, at) < distance(best, at) ? one : best),
        undefined,
      );
    },
    asked(swarm, name, id) {
      const member = swarms.get(swarm)?.get(name);
      if (member === undefined) return;
      const at = now();
      member.owesSince ||= at;
      asks.set(`${name}\n${id}`, { member, at });
    },
    heard(name, id) {
      const ask = asks.get(`${name}\n${id}`);
      if (ask === undefined) return;
      asks.delete(`${name}\n${id}`);
      const { member, at } = ask;
      const took = Math.max(now() - at, 1);
      member.owesSince = 0;
      member.roundTrip = member.roundTrip === 0 ? took : member.roundTrip * (1 - NEWEST) + took * NEWEST;
    },
    leave(link) {
      for (const [swarm, all] of swarms) {
        for (const member of all.values()) if (member.link === link) all.delete(member.name);
        if (all.size === 0) swarms.delete(swarm);
      }
    },
  };
}

/** One that owes an answer is at least as far as it has owed it. */
function distance({ roundTrip, owesSince }: Joined, now: number): number {
  return Math.max(roundTrip, owesSince === 0 ? 0 : now - owesSince + 1);
}

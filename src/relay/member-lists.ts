/**
 * The profiles of a channel's members as JSON lists, in the order of keys; the whole ones are kept until one of them
 * changes, for they are asked for whenever somebody arrives.
 */
import type { Store } from '../core/ports.ts';
import { LIMITS } from '../core/registry.ts';
import { boundedMap } from '../runtime/bounded-map.ts';
import { MEMBERS, PROFILES, type ProfileDesk } from './profile-desk.ts';

export interface MemberLists {
  whole(channel: string): Promise<string>;
  /** At most `limit`, of keys (hex, or the beginning of one) behind `after`. */
  page(channel: string, limit: number, after: string): Promise<string>;
}

const MOST_KEPT = 64;
const MOST_UNITS = 262_144;

export function createMemberLists(store: Store, desk: Pick<ProfileDesk, 'onChange'>): MemberLists {
  /** Kept from when it begins to be read: one that is read while a profile changes goes with that change. */
  const kept = boundedMap<string, Promise<string>>(MOST_KEPT);
  desk.onChange((touched) => {
    for (const channel of touched) kept.delete(channel);
  });

  const page: MemberLists['page'] = async (channel, limit, after) => {
    const prefix = `${channel}/`;
    const rows = await store.records(MEMBERS, limit, prefix + after);
    const keys = rows.map(({ key }) => key).filter((key) => key.startsWith(prefix));
    const profiles = await Promise.all(keys.map((key) => store.record(PROFILES, key.slice(prefix.length))));
    return `[${profiles.filter((json) => json !== undefined).join(',')}]`;
  };
  const read = (channel: string): Promise<string> => {
    const reading = page(channel, LIMITS.wraps, '');
    const forget = (): void => {
      if (kept.get(channel) === reading) kept.delete(channel);
    };
    reading.then(({ length }) => length > MOST_UNITS && forget(), forget);
    kept.set(channel, reading);
    return reading;
  };
  return { page, whole: (channel) => kept.get(channel) ?? read(channel) };
}

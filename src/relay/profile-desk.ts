/**
 * Keeps profiles, whichever way they come (spec/06-profiles.md): of each key the latest version, and who joined which
 * channel. Whoever is connected to a channel that is touched hears of it.
 */
import { keyToHex } from '../core/identity/spelling.ts';
import type { Store, StoreOp, Verifier } from '../core/ports.ts';
import {
  compareProfiles,
  type ProfileOrder,
  parseProfile,
  profileToJson,
  type SignedProfile,
} from '../core/profile.ts';
import { createLanes } from '../runtime/lanes.ts';
import { createListeners } from '../runtime/listeners.ts';
import type { Profiles } from '../runtime/network/sets/profiles.ts';
import { readSignedProfile } from '../runtime/profiles.ts';

export const PROFILES = 'profile';
/** "<channel>/<key>": who joined, in the order of keys. */
export const MEMBERS = 'member';

export interface ProfileDesk extends Profiles {
  /** Its signature has been checked. `version`: of the one here before. */
  put(profile: SignedProfile): Promise<{ order: ProfileOrder; version?: number }>;
  onChange(listener: (channels: ReadonlySet<string>, profile: SignedProfile) => void): void;
}

export function createProfileDesk({ store, verifier }: { store: Store; verifier: Verifier }): ProfileDesk {
  const lane = createLanes();
  const changes = createListeners<[channels: ReadonlySet<string>, profile: SignedProfile]>();
  const watchers = createListeners<[key: string, version: number]>();

  const keep = async (key: string, profile: SignedProfile): Promise<{ order: ProfileOrder; version?: number }> => {
    const record = await store.record(PROFILES, key);
    const before = record === undefined ? undefined : parseProfile(JSON.parse(record));
    const order = before === undefined ? 'newer' : compareProfiles(before, profile);
    if (order !== 'newer') return { order, ...(before && { version: before.version }) };
    await store.commit(profileOps(key, profile, before?.channels ?? []));
    const touched = new Set([...profile.channels, ...(before?.channels ?? [])]);
    changes.tell(touched, profile);
    watchers.tell(key, profile.version);
    return { order };
  };
  const put = (profile: SignedProfile) => {
    const key = keyToHex(profile.key);
    return lane(key, () => keep(key, profile));
  };
  return {
    put,
    async accept(json) {
      const profile = await readSignedProfile(json, verifier);
      return profile !== undefined && (await put(profile)).order === 'newer';
    },
    onChange: (listener) => void changes.add(listener),
    watch: watchers.add,
  };
}

function profileOps(key: string, profile: SignedProfile, before: readonly string[]): StoreOp[] {
  const joined = profile.channels.filter((channel) => !before.includes(channel));
  const left = before.filter((channel) => !profile.channels.includes(channel));
  return [
    { op: 'put', space: PROFILES, key, value: JSON.stringify(profileToJson(profile)) },
    ...joined.map((channel): StoreOp => ({ op: 'put', space: MEMBERS, key: `${channel}/${key}`, value: '' })),
    ...left.map((channel): StoreOp => ({ op: 'delete', space: MEMBERS, key: `${channel}/${key}` })),
  ];
}

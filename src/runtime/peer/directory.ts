/**
 * Who can be sealed to. Each enters by a signature of their own key: by a profile that joined the channel, or, for
 * published clients that have none, by a sealed message. A relay's word adds nobody; versions never go back.
 */
import { fromHex, toHex } from '../../core/bytes.ts';
import { type Piper12, timeOf } from '../../core/envelope/piper.ts';
import { dot1Of } from '../../core/identity/spelling.ts';
import type { Profile, SignedProfile } from '../../core/profile.ts';
import { boundedMap } from '../bounded-map.ts';
import { createLanes } from '../lanes.ts';
import { createListeners } from '../listeners.ts';
import { readSignedProfile } from '../profiles.ts';
import { allRecords } from '../records.ts';
import type { PeerPorts } from './ports.ts';
import { rosterOps, type Standing } from './roster.ts';

export interface Recipient {
  readonly key: string;
  readonly dot1: string;
  readonly agreementKey: Uint8Array;
  readonly name: string;
  readonly agent: boolean;
  readonly by: 'profile' | 'message';
}

export interface Directory {
  /** The channels whose members changed by it; empty for a stale, known or forged one. */
  accept(json: unknown): Promise<string[]>;
  /** Calls back with the key (hex) and version of each profile that is kept from then on. */
  watch(watcher: (key: string, version: number) => void): () => void;
  /** Learns from a verified sealed message how to seal to a sender without profile. Whether that was new. */
  learn(message: Piper12): Promise<boolean>;
  profile(key: string): SignedProfile | undefined;
  /** By their profile, else by the last sealed message of theirs; undefined for a stranger. */
  person(key: string): Recipient | undefined;
  /** Whether the message states a dot1 or an agreement key that is known to be another's: a seal lifted from theirs. */
  isBorrowed(message: Piper12): boolean;
  members(channel: string): Recipient[];
  reload(): Promise<void>;
}

interface Sender {
  readonly channel: string;
  readonly key: string;
  readonly dot1: string;
  readonly agreementKey: string;
}

const PROFILES = 'profile';
const SENDERS = 'sender';
const DERIVED_KEPT = 1000;

export async function createDirectory(ports: PeerPorts): Promise<Directory> {
  const profiles = new Map<string, SignedProfile>();
  const senders = new Map<string, Sender>();
  /** Which key a dot1, or an agreement key, belongs to. */
  const owners = new Map<string, string>();
  const derived = boundedMap<string, string>(DERIVED_KEPT);

  const watchers = createListeners<[key: string, version: number]>();
  const addProfile = (profile: SignedProfile) => {
    const key = toHex(profile.key);
    // Records that were read meanwhile may be older than what is known by now.
    if ((profiles.get(key)?.version ?? 0) > profile.version) return;
    profiles.set(key, profile);
    owners.set(dot1Of(ports.sha256, profile.key), key);
    owners.set(toHex(profile.agreementKey), key);
  };
  const addSender = (name: string, sender: Sender) => {
    senders.set(name, sender);
    for (const value of [sender.dot1, sender.agreementKey]) if (!owners.has(value)) owners.set(value, sender.key);
  };
  /** Asked for every message that is shown, of few keys. */
  const derives = (dot1: string, key: string): boolean => {
    const known = derived.get(key) ?? dot1Of(ports.sha256, bytes(key));
    derived.set(key, known);
    return known === dot1;
  };
  const isBorrowed = ({ fromDot1, fromX25519Pub, fromEd25519Pub: key }: Piper12): boolean => {
    const owner = derives(fromDot1, key) ? key : owners.get(fromDot1);
    return [owner, owners.get(fromX25519Pub)].some((known) => known !== undefined && known !== key);
  };

  const reload = async () => {
    for (const { value } of await allRecords(ports.store, PROFILES)) {
      const profile = await readSignedProfile(JSON.parse(value), ports.verifier);
      if (profile) addProfile(profile);
    }
    for (const { key, value } of await allRecords(ports.store, SENDERS)) addSender(key, JSON.parse(value) as Sender);
  };

  /** One at a time for each key, lest an older version take the place of one that is just being written. */
  const lane = createLanes();
  const take = async (json: unknown, profile: SignedProfile): Promise<string[]> => {
    const key = toHex(profile.key);
    const before = profiles.get(key);
    if (before && before.version >= profile.version) return [];
    const signed = Math.min(profile.version, ports.clock.now());
    const roster = rosterOps(before && standingOf(before), standingOf(profile), signed);
    await ports.store.commit([{ op: 'put', space: PROFILES, key, value: JSON.stringify(json) }, ...roster]);
    addProfile(profile);
    watchers.tell(key, profile.version);
    return [...new Set([...(before?.channels ?? []), ...profile.channels])];
  };

  await reload();
  return {
    reload,
    isBorrowed,
    profile: (key) => profiles.get(key),
    person(key) {
      const profile = profiles.get(key);
      if (profile) return fromProfile(ports, profile);
      const sender = [...senders.values()].findLast((one) => one.key === key);
      return sender && fromSender(sender);
    },
    async accept(json) {
      const profile = await readSignedProfile(json, ports.verifier);
      return profile === undefined ? [] : lane(toHex(profile.key), () => take(json, profile));
    },
    watch: watchers.add,
    async learn(message) {
      const { channel, fromDot1: dot1, fromEd25519Pub: key, fromX25519Pub: agreementKey } = message;
      const name = `${channel}/${key}`;
      if (profiles.has(key) || senders.get(name)?.agreementKey === agreementKey) return false;
      if (isBorrowed(message)) return false;
      const sender = { channel, key, dot1, agreementKey };
      const known = senders.get(name);
      const before = known && { key, agreementKey: known.agreementKey, channels: [channel] };
      const roster = rosterOps(before, { key, agreementKey, channels: [channel] }, timeOf(message));
      await ports.store.commit([{ op: 'put', space: SENDERS, key: name, value: JSON.stringify(sender) }, ...roster]);
      addSender(name, sender);
      return true;
    },
    members(channel) {
      const joined = [...profiles.values()].filter((profile) => profile.channels.includes(channel));
      const byProfile = joined.map((profile) => fromProfile(ports, profile));
      const taken = new Set(byProfile.map(({ dot1 }) => dot1));
      const byMessage = [...senders.values()]
        .filter((sender) => sender.channel === channel && !profiles.has(sender.key) && !taken.has(sender.dot1))
        .map(fromSender);
      return [...byProfile, ...byMessage].sort((a, b) => (a.key < b.key ? -1 : 1));
    },
  };
}

const standingOf = ({ key, agreementKey, channels }: Profile): Standing => ({
  ...{ key: toHex(key), agreementKey: toHex(agreementKey), channels },
});

const fromProfile = (ports: PeerPorts, profile: Profile): Recipient => ({
  key: toHex(profile.key),
  dot1: dot1Of(ports.sha256, profile.key),
  agreementKey: profile.agreementKey,
  name: profile.name,
  agent: profile.agent,
  by: 'profile',
});

const fromSender = ({ key, dot1, agreementKey }: Sender): Recipient => ({
  ...{ key, dot1, agreementKey: bytes(agreementKey), name: dot1, agent: false, by: 'message' },
});

const bytes = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array();

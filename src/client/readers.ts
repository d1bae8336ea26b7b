/**
 * To whom a channel's messages are sealed. Registered recipients are the caller's word. Members enter by their own
 * signatures only: a profile that joined the channel, or, for published clients that have none, a sealed message in
 * it. The relay's list of profiles is checked signature by signature, and an older version never replaces a newer.
 */
import { fromHex, toHex } from '../core/bytes.ts';
import type { Piper12 } from '../core/envelope/piper.ts';
import { RemoteError, UsageError } from '../core/errors.ts';
import { dot1Of } from '../core/identity/spelling.ts';
import type { AbortSignalLike } from '../core/ports.ts';
import type { Profile } from '../core/profile.ts';
import { isDot1 } from '../core/scope.ts';
import { readSignedProfile } from '../runtime/profiles.ts';
import type { Recipient } from '../runtime/sealing.ts';
import type { ClientPorts } from './ports.ts';
import type { RelayApi } from './relay-api.ts';

export interface Readers {
  register(channel: string, dot1: unknown, agreementKeyHex: unknown): void;
  /** Nothing is sealed to them in this channel any more, member or not, until they are registered again. */
  remove(channel: string, dot1: string): void;
  registered(channel: string): Recipient[];
  /** Hears of an authentic sealed message. */
  learn(message: Piper12): void;
  /** The members of the moment that have not been removed. */
  members(channel: string, signal?: AbortSignalLike): Promise<Recipient[]>;
  /** The profiles of a channel whose signatures hold; empty where the relay knows no profiles. */
  profiles(channel: string, signal?: AbortSignalLike): Promise<Profile[]>;
}

interface Room {
  readonly registered: Map<string, Recipient>;
  readonly removed: Set<string>;
  /** By verifying key. */
  readonly senders: Map<string, Recipient & { since: string }>;
}

const MOST_SENDERS = 1024;

export function createReaders(api: RelayApi, ports: ClientPorts): Readers {
  const rooms = new Map<string, Room>();
  const pinned = new Map<string, Profile>();

  const roomOf = (channel: string): Room => {
    const room = rooms.get(channel) ?? { registered: new Map(), removed: new Set(), senders: new Map() };
    rooms.set(channel, room);
    return room;
  };

  async function checked(json: unknown): Promise<Profile | undefined> {
    const profile = await readSignedProfile(json, ports.verifier);
    if (profile === undefined) return undefined;
    const key = toHex(profile.key);
    const known = pinned.get(key);
    if (known !== undefined && known.version > profile.version) return known;
    pinned.set(key, profile);
    return profile;
  }

  async function profiles(channel: string, signal?: AbortSignalLike): Promise<Profile[]> {
    const list = await listed(api, channel, signal);
    const all = await Promise.all(list.map(checked));
    return all.filter((profile) => profile?.channels.includes(channel)) as Profile[];
  }

  return {
    register(channel, dot1, agreementKeyHex) {
      const key = typeof agreementKeyHex === 'string' ? fromHex(agreementKeyHex.toLowerCase(), 32) : undefined;
      if (typeof dot1 !== 'string' || !isDot1(dot1)) throw invalid('dot1', 'dot1: and 16 hex characters');
      if (key === undefined) throw invalid('x25519PubHex', '64 hex characters');
      roomOf(channel).removed.delete(dot1);
      roomOf(channel).registered.set(dot1, { dot1, agreementKey: key });
    },
    remove(channel, dot1) {
      roomOf(channel).registered.delete(dot1);
      roomOf(channel).removed.add(dot1);
    },
    registered: (channel) => [...roomOf(channel).registered.values()],
    learn(message) {
      const { senders } = roomOf(message.channel);
      const { fromEd25519Pub: key, fromDot1: dot1, createdAt: since } = message;
      const agreementKey = fromHex(message.fromX25519Pub, 32);
      const known = senders.get(key);
      if (agreementKey === undefined || (known === undefined && senders.size >= MOST_SENDERS)) return;
      if (known === undefined || Date.parse(known.since) <= Date.parse(since)) {
        senders.set(key, { dot1, agreementKey, since });
      }
    },
    async members(channel, signal) {
      const joined = await profiles(channel, signal);
      const byProfile = joined.map(({ key, agreementKey }) => ({ dot1: dot1Of(ports.sha256, key), agreementKey }));
      const { senders, removed } = roomOf(channel);
      // Whoever has a profile speaks by it: not listed means left.
      const bySender = [...senders].filter(([key]) => !pinned.has(key)).map(([, sender]) => sender);
      return [...byProfile, ...bySender].filter(({ dot1 }) => !removed.has(dot1));
    },
    profiles,
  };
}

/** Published relays answer 404: they have no profiles. */
async function listed(api: RelayApi, channel: string, signal: AbortSignalLike | undefined): Promise<unknown[]> {
  try {
    const list = await api.get(`/profiles?channel=${channel}`, signal);
    return Array.isArray(list) ? list : [];
  } catch (error) {
    if (error instanceof RemoteError && error.status === 404) return [];
    throw error;
  }
}

const invalid = (name: string, expected: string): UsageError =>
  new UsageError(`Cannot add recipient: expected ${name} to be ${expected}, got something else`);

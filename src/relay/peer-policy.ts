/**
 * What the owner of a relay decides about other peers: whom it lets in, what it takes and gives, and how much of it. The
 * members of policy.json that begin with `peer`, and `serves`, read as strictly as the rest.
 */
import { FORKS, LOGS, PROFILES } from '../core/sync/session/wants.ts';

/** invited: by a ticket, known before, or allowed; all: everybody; listed: allowed ones alone, whatever ticket they have. */
export const PEER_CHOICES = ['invited', 'all', 'listed'] as const;
export type PeerChoice = (typeof PEER_CHOICES)[number];

/** What can be served, and the sets that make it up. */
export const SERVICES = {
  channels: ['channel:*'],
  mailboxes: ['mailbox:*'],
  profiles: [PROFILES],
  logs: [LOGS, FORKS],
  names: ['name:*'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type Service = keyof typeof SERVICES;

export interface PeerPolicy {
  /** What other machines call this one: the relay in name@relay. */
  readonly name: string;
  readonly peers: PeerChoice;
  /** Keys of peers or of identities, lower-case hex. A blocked one is blocked, allowed or not. */
  readonly peersAllowed: ReadonlySet<string>;
  readonly peersBlocked: ReadonlySet<string>;
  /** What all peers together may hand over in a day (UTC). */
  readonly peerQuotaBytes: number;
  readonly peerQuotaPerPeerBytes: number;
  readonly serves: readonly Service[];
}

export const PEER_DEFAULTS = {
  name: 'relay',
  peers: 'invited',
  peers_allowed: [],
  peers_blocked: [],
  peer_quota_bytes: 68_719_476_736,
  peer_quota_per_peer_bytes: 17_179_869_184,
  serves: Object.keys(SERVICES),
};

/** It stands behind the @ of a name. */
const NAME = /^[A-Za-z0-9.-]{1,64}$/;

/** How a policy says what is wrong with it. */
export interface PolicyReader {
  whole(name: string, least: number): number;
  fail(name: string, expected: string, got: unknown): never;
}

export function readPeerPolicy(members: Readonly<Record<string, unknown>>, reader: PolicyReader): PeerPolicy {
  const { name } = members;
  if (typeof name !== 'string' || !NAME.test(name)) reader.fail('name', '1 to 64 of A-Z, a-z, 0-9, ".", "-"', name);
  return {
    name: name as string,
    peers: oneOf(PEER_CHOICES, members.peers, 'peers', reader),
    peersAllowed: new Set(keys('peers_allowed', members, reader)),
    peersBlocked: new Set(keys('peers_blocked', members, reader)),
    peerQuotaBytes: reader.whole('peer_quota_bytes', 0),
    peerQuotaPerPeerBytes: reader.whole('peer_quota_per_peer_bytes', 0),
    serves: list('serves', members, reader).map((each, index) => {
      const services = Object.keys(SERVICES) as Service[];
      return oneOf(services, each, `serves[${index}]`, reader);
    }),
  };
}

const list = (name: string, members: Readonly<Record<string, unknown>>, { fail }: PolicyReader): unknown[] => {
  const value = members[name];
  return Array.isArray(value) ? value : fail(name, 'an array', value);
};

function oneOf<T extends string>(choices: readonly T[], value: unknown, name: string, { fail }: PolicyReader): T {
  const choice = choices.find((each) => each === value);
  return choice ?? fail(name, `one of ${choices.join(', ')}`, value);
}

function keys(name: string, members: Readonly<Record<string, unknown>>, reader: PolicyReader): string[] {
  return list(name, members, reader).map((each, index) => {
    if (typeof each === 'string' && /^[0-9a-f]{64}$/i.test(each)) return each.toLowerCase();
    return reader.fail(`${name}[${index}]`, 'a key of 64 hex characters, as pipes peers --json shows them', each);
  });
}

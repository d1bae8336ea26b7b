/** Peers that were met or that a ticket told of, in the records of the store: whom to keep connected, and where. */
import { toHex } from '../../core/bytes.ts';
import type { Store } from '../../core/ports.ts';
import { LIMITS } from '../../core/registry.ts';
import type { Hello } from '../../core/sync/session/hello.ts';
import type { Ticket } from '../../core/ticket.ts';
import { allRecords } from '../records.ts';

export interface KnownPeer {
  /** 64 hex characters, as is the identity. */
  readonly key: string;
  readonly identity: string;
  readonly name: string;
  readonly addresses: readonly string[];
  /** The address by which it was reached last, should it not know of that itself. */
  readonly way?: string;
  /** What its ticket held, in hex, until it has let this peer in. */
  readonly invitation?: string;
  /** Others are reached through it. */
  readonly forwards?: boolean;
  /** When it was last connected, ms; 0: never. */
  readonly seen: number;
  /** How far its clock was ahead then, ms. */
  readonly skew: number;
}

const SPACE = 'peer';
const BLOCKED = 'blocked-peer';

export type KnownPeers = Awaited<ReturnType<typeof createKnownPeers>>;

export async function createKnownPeers(store: Store) {
  const peers = new Map<string, KnownPeer>();
  const blocked = new Set<string>();
  for (const { key, value } of await allRecords(store, SPACE)) peers.set(key, JSON.parse(value) as KnownPeer);
  for (const { key } of await allRecords(store, BLOCKED)) blocked.add(key);

  const keep = async (peer: KnownPeer): Promise<KnownPeer> => {
    await store.commit([{ op: 'put', space: SPACE, key: peer.key, value: JSON.stringify(peer) }]);
    peers.set(peer.key, peer);
    return peer;
  };
  return {
    get: (key: string): KnownPeer | undefined => peers.get(key),
    all: (): KnownPeer[] => [...peers.values()],
    isBlocked: (key: string): boolean => blocked.has(key),
    /** A ticket says where it is; what was learnt before stays behind that. */
    invited(ticket: Ticket): Promise<KnownPeer> {
      const key = toHex(ticket.peer);
      const before = peers.get(key);
      const addresses = [...new Set([...ticket.addresses, ...(before?.addresses ?? [])])].slice(
        0,
        LIMITS.peerAddresses,
      );
      return keep({
        ...{ key, identity: toHex(ticket.identity), name: ticket.name || (before?.name ?? ''), addresses },
        ...(ticket.invitation && { invitation: toHex(ticket.invitation) }),
        ...{ seen: before?.seen ?? 0, skew: before?.skew ?? 0 },
      });
    },
    /** It has let this peer in, and was let in. What was dialled is kept: it may be a way that the other knows nothing of. */
    saw(key: string, hello: Hello, now: number, dialled?: string): Promise<KnownPeer> {
      const before = peers.get(key);
      const told = hello.addresses.length > 0 ? hello.addresses : (before?.addresses ?? []);
      const way = dialled ?? before?.way;
      const addresses = [...new Set([...(way === undefined ? [] : [way]), ...told])].slice(0, LIMITS.peerAddresses);
      const identity = toHex(hello.certificate.identity);
      const forwards = hello.forwards === true;
      const skew = hello.now - now;
      return keep({ key, identity, name: hello.name, addresses, ...(way && { way }), forwards, seen: now, skew });
    },
    /** Seen nearby; forgotten with the process. False for a stranger, or where nothing is new. */
    near(key: string, addresses: readonly string[]): boolean {
      const peer = peers.get(key);
      if (peer === undefined || addresses.every((address) => peer.addresses.includes(address))) return false;
      const all = [...new Set([...addresses, ...peer.addresses])];
      peers.set(key, { ...peer, addresses: all.slice(0, LIMITS.peerAddresses) });
      return true;
    },
    async forget(key: string): Promise<void> {
      await store.commit([{ op: 'delete', space: SPACE, key }]);
      peers.delete(key);
    },
  };
}

/**
 * The peer's own store as an exchange: what its channels hold, and what it has for others' mailboxes, goes out; what it
 * wants comes in, as over a stream.
 */
import { equal } from '../../core/bytes.ts';
import { decodeEnvelope, isSigned } from '../../core/envelope/envelope.ts';
import type { BlobStore, Placed, Store } from '../../core/ports.ts';
import { CHANNEL_PREFIX, MAILBOX_PREFIX } from '../../core/scope.ts';
import { wantsSet } from '../../core/sync/session/wants.ts';
import type { EnvelopeIntake } from '../intake/envelopes.ts';
import { PEER } from '../logs/pieces.ts';
import { allRecords } from '../records.ts';
import { deliverPack } from './delivering.ts';
import { type Entered, type Exchange, NOTHING } from './exchange.ts';

const PAGE = 256;
const MOST_SCOPES = 10_000;
const PROFILES = 'profile';

export interface PeerExchangeParts {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly envelopes: EnvelopeIntake;
  /** The identity's verifying key. */
  readonly key: Uint8Array;
  /** The scopes that are wanted of others, the own mailbox among them. */
  readonly wants: readonly string[];
  /** What lies there has arrived. */
  readonly mailbox: string;
  /** Whether it was new. */
  acceptProfile(json: unknown): Promise<boolean>;
}

export function createPeerExchange(parts: PeerExchangeParts): Exchange {
  const { store, blobs } = parts;
  const wants = { sets: parts.wants, authors: [] };
  const shown = ({ received, envelope }: Placed): Entered[] => {
    const decoded = decodeEnvelope(envelope);
    const hops = isSigned(decoded) && equal(decoded.key, parts.key) ? 0 : 1;
    return isSigned(decoded) ? [{ received, expires: 0, envelope, hops }] : [];
  };
  return {
    name: PEER,
    async scopes() {
      const lists = await Promise.all(
        [CHANNEL_PREFIX, MAILBOX_PREFIX].map((prefix) => store.scopes(prefix, MOST_SCOPES)),
      );
      return lists.flat().flatMap(({ scope }) => (scope === parts.mailbox ? [] : [scope]));
    },
    async entered(scope, after) {
      const rows = await store.arrivals(scope, after, PAGE);
      return { items: rows.flatMap(shown), next: rows.at(-1)?.arrival };
    },
    deliver: async (pack) => (wantsSet(wants, pack.scope) ? deliverPack(parts.envelopes, pack) : NOTHING),
    blob: (hash) => blobs.get(hash),
    // Whatever its message says: its pieces are here already, and go once it is whole.
    async takeBlob(hash, bytes) {
      await blobs.put(hash, bytes);
      return 'taken';
    },
    async *profiles() {
      for (const { value } of await allRecords(store, PROFILES)) yield JSON.parse(value);
    },
    acceptProfile: parts.acceptProfile,
  };
}

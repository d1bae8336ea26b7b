/** The peer's own store as an exchange: its own messages go out, others' come in, in channels alone. */
import { equal } from '../../core/bytes.ts';
import { decodeEnvelope, isSigned } from '../../core/envelope/envelope.ts';
import type { BlobStore, Clock, Placed, Sha256, Store } from '../../core/ports.ts';
import { CHANNEL_PREFIX } from '../../core/scope.ts';
import { PEER } from '../logs/pieces.ts';
import type { Pipeline } from '../pipeline/types.ts';
import { deliverPack } from './delivering.ts';
import { type Exchange, NOTHING } from './exchange.ts';

const PAGE = 256;
const MOST_SCOPES = 10_000;

export interface PeerExchangeParts {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly pipeline: Pipeline;
  readonly sha256: Sha256;
  readonly clock: Pick<Clock, 'now'>;
  /** The identity's verifying key. */
  readonly key: Uint8Array;
  /** The own signed profile, once there is one. */
  ownProfile(): unknown;
  /** Whether it was new. */
  acceptProfile(json: unknown): Promise<boolean>;
}

export function createPeerExchange(parts: PeerExchangeParts): Exchange {
  const { store, blobs } = parts;
  const isOwn = ({ envelope }: Placed): boolean => {
    const decoded = decodeEnvelope(envelope);
    return isSigned(decoded) && equal(decoded.key, parts.key);
  };
  return {
    name: PEER,
    scopes: async () => (await store.scopes(CHANNEL_PREFIX, MOST_SCOPES)).map(({ scope }) => scope),
    async entered(scope, after) {
      const rows = await store.arrivals(scope, after, PAGE);
      const items = rows.filter(isOwn).map(({ received, envelope }) => ({ received, expires: 0, envelope }));
      return { items, next: rows.at(-1)?.arrival };
    },
    deliver: async (pack) => (pack.scope.startsWith(CHANNEL_PREFIX) ? deliverPack(parts, pack) : NOTHING),
    blob: (hash) => blobs.get(hash),
    // Whatever its message says: its pieces are here already, and go once it is whole.
    async takeBlob(hash, bytes) {
      await blobs.put(hash, bytes);
      return 'taken';
    },
    async *profiles() {
      const own = parts.ownProfile();
      if (own !== undefined) yield own;
    },
    acceptProfile: parts.acceptProfile,
  };
}

/**
 * Who is welcome: peers that are known, and whoever brings the secret of a ticket of this peer. Only a hash of each
 * secret is kept, so that nobody who reads the store can let others in.
 */
import { concat, toHex, utf8 } from '../../core/bytes.ts';
import type { Clock, Random, Sha256, Store } from '../../core/ports.ts';
import { LABELS } from '../../core/registry.ts';
import { INVITATION_BYTES } from '../../core/sync/session/hello.ts';

const SPACE = 'invitation';
/** A ticket can be used that long, by any number of peers. */
export const INVITATION_MS = 30 * 86_400_000;
/** A ticket that is asked for often is the same for a while. */
const SAME_MS = 3_600_000;

export function createInvitations(ports: { store: Store; sha256: Sha256; random: Random; clock: Pick<Clock, 'now'> }) {
  const { store, sha256, random, clock } = ports;
  let latest: { readonly secret: Uint8Array; readonly since: number } | undefined;
  const nameOf = (secret: Uint8Array): string => toHex(sha256(concat(utf8(LABELS.ticket), Uint8Array.of(1), secret)));
  return {
    /** A secret that is good for INVITATION_MS, kept before it is handed out. */
    async make(): Promise<Uint8Array> {
      const since = clock.now();
      if (latest !== undefined && since - latest.since < SAME_MS) return latest.secret;
      const secret = random(INVITATION_BYTES);
      const value = String(since + INVITATION_MS);
      await store.commit([{ op: 'put', space: SPACE, key: nameOf(secret), value }]);
      latest = { secret, since };
      return secret;
    },
    /** Looked up by hash, so that the time it takes says nothing about any secret. */
    async isGood(secret: Uint8Array): Promise<boolean> {
      const until = Number((await store.record(SPACE, nameOf(secret))) ?? 0);
      return until > clock.now();
    },
  };
}

/**
 * After a restore from words: what this identity last said of itself, as the relay keeps it. It is signed by the own
 * key, so that a relay can withhold it or give an older one, and make up nothing.
 */
import { equal } from '../../core/bytes.ts';
import type { SignedProfile } from '../../core/profile.ts';
import { readSignedProfile } from '../profiles.ts';
import type { PeerPorts } from './ports.ts';
import type { RelayClient } from './relay-client.ts';
import type { Self } from './self.ts';

/**
 * Takes name and channels where this installation has said nothing yet. False where it has, or the relay knows
 * nothing. Rejects with RemoteError where the relay cannot be asked.
 */
export async function adoptProfile(
  { signer, verifier }: PeerPorts,
  relay: Pick<RelayClient, 'profilesOf'>,
  self: Self,
): Promise<boolean> {
  if (self.state().version > 0) return false;
  const answers = await relay.profilesOf([self.key]);
  const read = await Promise.all(answers.slice(0, MOST_ANSWERS).map((json) => readSignedProfile(json, verifier)));
  const own = read.filter(
    (profile): profile is SignedProfile => profile !== undefined && equal(profile.key, signer.key),
  );
  const latest = own.toSorted((a, b) => b.version - a.version)[0];
  return latest !== undefined && self.adopt(latest);
}

/** One is asked for; whoever sends more is not worth the work. */
const MOST_ANSWERS = 4;

/**
 * Signs profiles and checks their signatures (spec/06-profiles.md#signature).
 */
import { equal } from '../core/bytes.ts';
import { UsageError } from '../core/errors.ts';
import type { Signer, Verifier } from '../core/ports.ts';
import { type Profile, parseProfile, profileSignedBytes, profileToJson, type SignedProfile } from '../core/profile.ts';

/** Rejects with DecodeError for a profile that no one else would take, UsageError for another's key. */
export async function signProfile(profile: Profile, signer: Signer): Promise<SignedProfile> {
  if (!equal(profile.key, signer.key)) throw new UsageError('Cannot sign profile: expected the signer’s own key');
  parseProfile(profileToJson({ ...profile, signature: new Uint8Array(64) }));
  return { ...profile, signature: await signer.sign(profileSignedBytes(profile)) };
}

export const verifyProfile = (profile: SignedProfile, verifier: Verifier): Promise<boolean> =>
  verifier.verify(profile.key, profile.signature, profileSignedBytes(profile));

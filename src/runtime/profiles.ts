/**
 * Signs profiles and reads signed ones (spec/06-profiles.md#signature).
 */
import { equal } from '../core/bytes.ts';
import { DecodeError, UsageError } from '../core/errors.ts';
import type { Signer, Verifier } from '../core/ports.ts';
import { type Profile, parseProfile, profileSignedBytes, profileToJson, type SignedProfile } from '../core/profile.ts';

/**
 * The profile's JSON as PUT /profiles takes it. Rejects with DecodeError for a profile that no one would take,
 * UsageError for one of another key.
 */
export async function signProfile(profile: Profile, signer: Signer): Promise<Record<string, unknown>> {
  if (!equal(profile.key, signer.key)) throw new UsageError('Cannot sign profile: expected the key of the signer');
  parseProfile(profileToJson({ ...profile, signature: new Uint8Array(64) }));
  return profileToJson({ ...profile, signature: await signer.sign(profileSignedBytes(profile)) });
}

/** The profile of untrusted JSON, or undefined where it is malformed or its signature does not verify. */
export async function readSignedProfile(json: unknown, verifier: Verifier): Promise<SignedProfile | undefined> {
  const profile = parseOrNothing(json);
  return profile && (await verifyProfile(profile, verifier)) ? profile : undefined;
}

export const verifyProfile = (profile: SignedProfile, verifier: Verifier): Promise<boolean> =>
  verifier.verify(profile.key, profile.signature, profileSignedBytes(profile));

function parseOrNothing(json: unknown): SignedProfile | undefined {
  try {
    return parseProfile(json);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

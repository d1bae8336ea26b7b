/** Stage verify: the signature, by the strict rule, off this thread where the platform can. */
import { isSigned } from '../../core/envelope/envelope.ts';
import type { Verifier } from '../../core/ports.ts';
import { refuse } from './gate.ts';
import type { Candidate, Refused } from './types.ts';

/** Undefined where the envelope is authentic, or of a format without signatures that enters here. */
export async function verify(verifier: Verifier, candidate: Candidate): Promise<Refused | undefined> {
  const { envelope, via } = candidate;
  if (!isSigned(envelope)) {
    return via === 'sync' ? refuse('not-authorised', 'unsigned messages stay on the relay that took them') : undefined;
  }
  const authentic = await verifier.verify(envelope.key, envelope.signature, envelope.signed);
  return authentic ? undefined : refuse('bad-signature', 'signature verification failed');
}

/**
 * Where everything comes in that others made, whatever carried it: the same checks, bounds and delivery for a stream and for
 * a stick. Entries, certificates and forks are the logs' own (runtime/logs), profiles the directory's.
 */
import type { Clock, Sha256, Store } from '../../core/ports.ts';
import type { Pipeline } from '../pipeline/types.ts';
import { type BlobIntake, type BlobIntakeParts, createBlobIntake } from './blobs.ts';
import { createEnvelopeIntake, type EnvelopeIntake, type EnvelopeIntakeParts } from './envelopes.ts';

export interface Intake {
  readonly envelopes: EnvelopeIntake;
  readonly blobs: BlobIntake;
}

export interface IntakeParts extends BlobIntakeParts, Pick<EnvelopeIntakeParts, 'lifeOf'> {
  readonly store: Store;
  readonly pipeline: Pipeline;
  readonly sha256: Sha256;
  readonly clock: Pick<Clock, 'now'>;
  readonly onError?: (error: unknown) => void;
}

export function createIntake(parts: IntakeParts): Intake {
  const blobs = createBlobIntake(parts);
  const want = (hashes: readonly string[]): void => {
    if (hashes.length > 0) blobs.wanted.add(hashes).catch((error) => parts.onError?.(error));
  };
  return { blobs, envelopes: createEnvelopeIntake({ ...parts, want }) };
}

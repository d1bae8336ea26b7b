/**
 * Envelopes that another peer admitted, as they come in by whatever carries them: rows of a set over a stream, or a pack
 * on a stick. Decoded, put in their scope, and sent along the line that all envelopes take (runtime/pipeline).
 */
import { decodeEnvelope, type Envelope, envelopeId } from '../../core/envelope/envelope.ts';
import { fitsScope, signedTime } from '../../core/envelope/placement.ts';
import { DecodeError } from '../../core/errors.ts';
import type { Clock, Sha256 } from '../../core/ports.ts';
import { NAME_PREFIX } from '../../core/scope.ts';
import type { Admission, Arrival, Pipeline } from '../pipeline/types.ts';
import { attachedTo } from './attached.ts';

export interface EnvelopeIntakeParts {
  readonly pipeline: Pipeline;
  readonly sha256: Sha256;
  readonly clock: Pick<Clock, 'now'>;
  /** Until when an envelope of that scope and time is kept here; 0: always. Packets have a time to live of their own. */
  lifeOf?(scope: string, time: number): number;
  /** Blobs (hex) that an envelope names, which is here from now on. */
  want(hashes: readonly string[]): void;
}

/** What whoever brought it says of its admission: hints, but for packets, which have no time of their own. */
export interface Terms {
  readonly received: number;
  readonly expires: number;
}

export interface ReadEnvelope {
  readonly envelope: Envelope;
  readonly id: Uint8Array;
  readonly named: NonNullable<Arrival['named']>;
}

export interface EnvelopeIntake {
  /** Undefined for what is no envelope or does not belong there. */
  read(scope: string, bytes: Uint8Array): ReadEnvelope | undefined;
  /** stored, known: it is on disk. future: it is not to be taken yet, and nothing is known against it. */
  place(scope: string, read: ReadEnvelope, terms: Terms): Promise<Admission['kind'] | 'future'>;
}

/** Clocks that differ by less are normal. */
const SKEW_MS = 300_000;

export const isPacket = (scope: string): boolean => scope.startsWith(NAME_PREFIX);

export function createEnvelopeIntake(parts: EnvelopeIntakeParts): EnvelopeIntake {
  const { pipeline, sha256, clock } = parts;
  return {
    read(scope, bytes) {
      try {
        const envelope = decodeEnvelope(bytes);
        if (!fitsScope(envelope, scope)) return undefined;
        const id = envelopeId(sha256, envelope);
        return { envelope, id, named: { id, stored: bytes } };
      } catch (error) {
        if (error instanceof DecodeError) return undefined;
        throw error;
      }
    },
    async place(scope, { envelope, named }, terms) {
      const time = signedTime(envelope) ?? terms.received;
      const now = clock.now();
      if (isPacket(scope) && time > now + SKEW_MS) return 'future';
      const expires = isPacket(scope) ? terms.expires : (parts.lifeOf?.(scope, time) ?? 0);
      const { kind } = await pipeline.admit({
        ...{ envelope, named, scope, time, received: now, expires, hint: '', via: 'sync' },
      });
      if (kind === 'stored') parts.want(attachedTo(envelope));
      return kind;
    },
  };
}

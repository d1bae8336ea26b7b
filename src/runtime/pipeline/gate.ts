/**
 * Stage gate: turns away, before any costly check, what is too large, expired, refused before or known.
 * Memory is bounded: it remembers names, never envelopes, and forgets the oldest first.
 */

import { concat, toBase64 } from '../../core/bytes.ts';
import { encodeEnvelope, envelopeId } from '../../core/envelope/envelope.ts';
import type { Clock, Sha256, Store } from '../../core/ports.ts';
import { LIMITS } from '../../core/registry.ts';
import { boundedMap } from '../bounded-map.ts';
import type { Admission, Arrival, Candidate, Refused } from './types.ts';

const REMEMBERED = 10_000;

export interface Gate {
  identify(arrival: Arrival): Candidate;
  /** A verdict where there is one already. */
  pass(candidate: Candidate): Promise<Admission | undefined>;
  remember(candidate: Candidate, admission: Admission): void;
}

export function createGate(ports: { store: Store; clock: Clock; sha256: Sha256 }): Gate {
  const placed = boundedMap<string, true>(REMEMBERED);
  const refused = boundedMap<string, Refused>(REMEMBERED);
  const placeOf = (candidate: Candidate) => `${candidate.scope}/${candidate.token}`;

  return {
    identify(arrival) {
      const { envelope, named } = arrival;
      const id = named?.id ?? envelopeId(ports.sha256, envelope);
      const token = toBase64(concat(id, envelope.signature));
      return { ...arrival, id, token, stored: named?.stored ?? encodeEnvelope(envelope) };
    },
    async pass(candidate) {
      if (candidate.stored.length > LIMITS.envelopeBytes) {
        return refuse(
          'too-large',
          `an envelope has at most ${LIMITS.envelopeBytes} bytes, got ${candidate.stored.length}`,
        );
      }
      if (candidate.expires !== 0 && candidate.expires <= ports.clock.now()) {
        return refuse('expired', 'its life span is over');
      }
      const before = refused.get(candidate.token);
      if (before) return refuse('refused-before', before.detail);
      // What another peer sends again was often stored long ago; what enters here is new, and the store tells at insertion.
      if (candidate.via !== 'sync' && !placed.get(placeOf(candidate))) return undefined;
      const known = await ports.store.find(candidate.scope, candidate.time, candidate.id);
      return known && { kind: 'known', placed: known };
    },
    remember(candidate, admission) {
      if (admission.kind !== 'refused') placed.set(placeOf(candidate), true);
      else if (admission.refusal === 'bad-signature') refused.set(candidate.token, admission);
    },
  };
}

export const refuse = (refusal: Refused['refusal'], detail: string): Refused => ({ kind: 'refused', refusal, detail });

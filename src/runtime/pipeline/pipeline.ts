/**
 * The line that every envelope takes, whatever its format and carrier (ARCHITECTURE.md):
 *
 *   decode ─▶ gate ─▶ verify ─▶ authorise ─▶ store ─▶ acknowledge ─▶ fan out
 *
 * Decoding is done by the carrier with core/envelope. One direction: no stage calls an earlier one. An admission of
 * kind stored or known is the acknowledgement, given only when the envelope is on disk.
 */
import type { Clock, Sha256, Store, Verifier } from '../../core/ports.ts';
import { createFanOut } from './fan-out.ts';
import { createGate } from './gate.ts';
import { keep } from './keep.ts';
import type { Admission, Authorise, Candidate, Pipeline } from './types.ts';
import { verify } from './verify.ts';

export interface PipelinePorts {
  readonly store: Store;
  readonly verifier: Verifier;
  readonly sha256: Sha256;
  readonly clock: Clock;
  /** Allows everything that is authentic where it is not given: open channels. */
  readonly authorise?: Authorise;
  /** Told when a subscriber throws. */
  readonly onError?: (error: unknown) => void;
}

export function createPipeline(ports: PipelinePorts): Pipeline {
  const gate = createGate(ports);
  const fanOut = createFanOut(ports.onError ?? (() => {}));
  const underWay = new Map<string, Promise<Admission>>();

  async function run(candidate: Candidate): Promise<Admission> {
    const early = await gate.pass(candidate);
    if (early) return early;
    const admission = await decide(ports, candidate);
    gate.remember(candidate, admission);
    if (admission.kind === 'stored') fanOut.publish(admission.placed);
    return admission;
  }

  return {
    async admit(arrival) {
      const candidate = gate.identify(arrival);
      const key = `${candidate.scope}/${candidate.token}`;
      const twin = underWay.get(key);
      if (twin) return asKnown(await twin);
      const admission = run(candidate).finally(() => underWay.delete(key));
      underWay.set(key, admission);
      return admission;
    },
    subscribe: fanOut.subscribe,
  };
}

async function decide(ports: PipelinePorts, candidate: Candidate): Promise<Admission> {
  const forged = await verify(ports.verifier, candidate);
  if (forged) return forged;
  const authorisation = (await ports.authorise?.(candidate)) ?? { kind: 'allowed' };
  if (authorisation.kind === 'refused') return authorisation;
  return keep(ports.store, candidate, authorisation.also ?? []);
}

/** The same envelope came by two paths at once: one is stored, the other known. */
const asKnown = (admission: Admission): Admission =>
  admission.kind === 'stored' ? { kind: 'known', placed: admission.placed } : admission;

/**
 * What the programs of one installation share: one store, one pipeline, one set of blobs. Each program answers for
 * the scopes under its own prefix; an envelope for a scope that nobody answers for is refused.
 */
import type { BlobStore, Clock, Random, Sha256, Store, Verifier } from '../core/ports.ts';
import { createPipeline } from './pipeline/pipeline.ts';
import type { Authorise, Pipeline } from './pipeline/types.ts';

export interface HousePorts {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly verifier: Verifier;
  readonly clock: Clock;
  readonly random: Random;
  readonly sha256: Sha256;
  /** Told when a subscriber throws. */
  readonly onError?: (error: unknown) => void;
}

/** A number that is read when somebody asks for it. */
export interface Measure {
  /** As it is printed, such as pipes_keep_connections. */
  readonly name: string;
  readonly help: string;
  /** counter: only grows. */
  readonly kind: 'gauge' | 'counter';
  read(): number | Promise<number>;
}

export interface House extends HousePorts {
  readonly pipeline: Pipeline;
  /** Says who decides on scopes of that prefix, such as "channel:". Prefixes don't overlap. */
  authorise(prefix: string, authorise: Authorise): void;
  /** Adds a number to those that /metrics prints. */
  measure(measure: Measure): void;
  readonly measures: readonly Measure[];
  /** How many other peers this installation knows and shares with. */
  readonly others: { count(): number };
}

export function createHouse(ports: HousePorts): House {
  const deciders = new Map<string, Authorise>();
  const measures: Measure[] = [];
  const authorise: Authorise = (candidate) => {
    for (const [prefix, decide] of deciders) if (candidate.scope.startsWith(prefix)) return decide(candidate);
    return { kind: 'refused', refusal: 'not-authorised', detail: `nobody here keeps ${candidate.scope}` };
  };
  return {
    ...ports,
    pipeline: createPipeline({ ...ports, authorise }),
    authorise: (prefix, decide) => void deciders.set(prefix, decide),
    measure: (measure) => void measures.push(measure),
    measures,
    others: { count: () => 0 },
  };
}

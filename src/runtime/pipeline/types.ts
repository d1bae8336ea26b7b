/**
 * The types of the pipeline (ARCHITECTURE.md): what comes in, what is decided about it, what goes out.
 */
import type { Envelope } from '../../core/envelope/envelope.ts';
import type { Placed } from '../../core/ports.ts';

/** A decoded envelope on its way in. Decoding is the carrier's: strict and bounded, by core/envelope. */
export interface Arrival {
  readonly envelope: Envelope;
  readonly scope: string;
  /** Placement time: the signed one, else when it was received. */
  readonly time: number;
  readonly received: number;
  /** 0: never. */
  readonly expires: number;
  /** Local JSON beside the signature; empty where there is none. */
  readonly hint: string;
  /** Where it came in, for rate limits and logs. ingress: it enters the network here; sync: another peer admitted it. */
  readonly via: 'ingress' | 'sync' | 'own';
}

export type Refusal =
  | 'too-large'
  | 'expired'
  | 'refused-before'
  | 'over-limit'
  | 'bad-signature'
  | 'not-authorised';

/** stored and known are acknowledgements: the envelope is on disk. */
export type Admission =
  | { kind: 'stored'; placed: Placed }
  | { kind: 'known'; placed: Placed }
  | { kind: 'refused'; refusal: Refusal; detail: string };

export interface Pipeline {
  admit(arrival: Arrival): Promise<Admission>;
  /** Calls back for each envelope stored in a scope that starts with `prefix`, in order of arrival. */
  subscribe(prefix: string, listener: (placed: Placed) => void): () => void;
}

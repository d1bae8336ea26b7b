/**
 * The types of the pipeline (ARCHITECTURE.md): what comes in, what is decided about it, what goes out.
 */
import type { Envelope } from '../../core/envelope/envelope.ts';
import type { Placed, StoreOp } from '../../core/ports.ts';

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
  /** Id and stored form, where the carrier has worked them out already. */
  readonly named?: { readonly id: Uint8Array; readonly stored: Uint8Array };
  /** ingress: it enters the network here; sync: another peer admitted it; own: this peer made it. */
  readonly via: 'ingress' | 'sync' | 'own';
}

/** An arrival with what the first stage works out about it once. */
export interface Candidate extends Arrival {
  readonly id: Uint8Array;
  /** The canonical stored form. */
  readonly stored: Uint8Array;
  /** Names this very envelope with this very signature: an id alone says nothing of the signature. */
  readonly token: string;
}

export type Refusal = 'too-large' | 'expired' | 'refused-before' | 'over-limit' | 'bad-signature' | 'not-authorised';

export interface Refused {
  readonly kind: 'refused';
  readonly refusal: Refusal;
  readonly detail: string;
}

/** stored and known are acknowledgements: the envelope is on disk. */
export type Admission = { kind: 'stored'; placed: Placed } | { kind: 'known'; placed: Placed } | Refused;

/** `also` is committed in one batch with the placement. */
export type Authorisation = { kind: 'allowed'; also?: readonly StoreOp[] } | Refused;

/** Decides from signed state (and, for what enters here, local rules) whether a verified envelope may be placed. */
export type Authorise = (candidate: Candidate) => Promise<Authorisation> | Authorisation;

export interface Pipeline {
  admit(arrival: Arrival): Promise<Admission>;
  /** Calls back for each envelope stored in a scope that starts with `prefix`, in order of arrival. */
  subscribe(prefix: string, listener: (placed: Placed) => void): () => void;
}

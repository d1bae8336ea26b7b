/**
 * Where envelopes enter this installation and are delivered: the peer's own store, and a relay that keeps its data beside
 * it. Packs are made of what entered there, and given to all of them (spec/02-pigeon.md#packs).
 */
import type { Pack } from '../../core/pack.ts';

export interface Entered {
  /** When it entered here, in milliseconds since 1970. */
  readonly received: number;
  /** When it ends for everybody; 0: never. */
  readonly expires: number;
  /** The stored form. */
  readonly envelope: Uint8Array;
  /** How many peers, at least, had passed it on before it came here. */
  readonly hops: number;
}

export interface EnteredPage {
  readonly items: readonly Entered[];
  /** Cursor behind these; undefined where nothing came after the one that was asked from. */
  readonly next: number | undefined;
}

export interface Delivered {
  /** Placed now. */
  readonly delivered: number;
  /** Were here already. */
  readonly known: number;
  /** Not authentic, expired, or in a scope that they do not belong to. */
  readonly refused: number;
}

/** Where what others announce is delivered. */
export interface Receiver {
  /** Names its cursors in the peer's records. */
  readonly name: string;
  /** The signature of its list has been checked; its envelopes' have not. */
  deliver(pack: Pack): Promise<Delivered>;
  /** Keeps a sealed blob, whose hash has been checked; later: nothing there names it yet, or there is no room. */
  takeBlob(hash: string, bytes: Uint8Array): Promise<'taken' | 'later'>;
  /** False for one that is stale, known or forged. */
  acceptProfile(json: unknown): Promise<boolean>;
}

export interface Exchange extends Receiver {
  scopes(): Promise<readonly string[]>;
  /** What is there, signed, in order of arrival, whichever way it came. */
  entered(scope: string, after: number): Promise<EnteredPage>;
  /** A sealed blob of a message there. */
  blob(hash: string): Promise<Uint8Array | undefined>;
  /** Signed profiles that it knows, as JSON. */
  profiles(): AsyncIterable<unknown>;
}

export const NOTHING: Delivered = { delivered: 0, known: 0, refused: 0 };

export const added = (a: Delivered, b: Delivered): Delivered => ({
  delivered: a.delivered + b.delivered,
  known: a.known + b.known,
  refused: a.refused + b.refused,
});

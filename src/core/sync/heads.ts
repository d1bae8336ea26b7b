/**
 * How far a log goes (spec/09-sync.md#heads): the members of the set of logs. A log that grows leaves the set as one
 * member and comes back as another, so that two peers with equal logs have equal sets. What one side lacks of the other's
 * log is worked out here, whichever way it is then carried: read over a stream, or written onto a stick.
 */
import { concat, equal } from '../bytes.ts';
import { Reader, varint } from '../wire.ts';
import type { Item } from './item.ts';

export interface Head {
  /** Key, 32 bytes. */
  readonly author: Uint8Array;
  /** How many entries there are. */
  readonly next: number;
  /** Id of the last one, 32 bytes. */
  readonly id: Uint8Array;
}

export const headItem = ({ next, id }: Head): Item => ({ time: next, id });

export const encodeHead = ({ author, next, id }: Head): Uint8Array<ArrayBuffer> => concat(author, varint(next), id);

/** Throws DecodeError. */
export function decodeHead(bytes: Uint8Array): Head {
  const reader = new Reader(bytes, 'head');
  const head = { author: reader.take(32, 'author'), next: reader.varint('next'), id: reader.take(32, 'id') };
  if (head.next === 0) reader.refuse('next', 'expected at least one entry');
  reader.end();
  return head;
}

/** How far one side's log goes; without the id where only its length is known. */
export interface Extent {
  readonly next: number;
  readonly id?: Uint8Array;
}

/** From which depth on the one that has `own` lacks entries of what the other has; undefined where it lacks none. */
export function lacksFrom(own: Extent | undefined, other: Extent): number | undefined {
  const next = own?.next ?? 0;
  if (other.next > next) return next;
  const isOther = own?.id !== undefined && other.id !== undefined && !equal(own.id, other.id);
  return next > 0 && other.next === next && isOther ? next - 1 : undefined;
}

/**
 * What came from the other side did not link to the log here: where to read next, 2, 4, 8, … entries further back, until
 * the two are one log or a fork is found. `step` is what the last time returned, undefined at first; undefined once all
 * was read in vain.
 */
export function readFurtherBack(
  next: number,
  step: number | undefined,
): { readonly from: number; readonly step: number } | undefined {
  const longer = 2 * (step ?? 1);
  return longer < 4 * (next + 1) ? { from: Math.max(0, next - longer), step: longer } : undefined;
}

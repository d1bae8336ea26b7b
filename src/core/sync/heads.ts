/**
 * How far a log goes (spec/09-sync.md#heads): the members of the set of logs. A log that grows leaves the set as one
 * member and comes back as another, so that two peers with equal logs have equal sets.
 */
import { concat } from '../bytes.ts';
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

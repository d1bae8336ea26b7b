/**
 * The bytes of server-sent events. The published client takes blocks that start with `data:` and loses one that
 * holds an id too, so each id stands in a block of its own after the data.
 */
import type { Placed } from '../core/ports.ts';

export interface Blocks {
  /** A message and its cursor. */
  live(placed: Placed): Uint8Array | undefined;
  /** A message of the history, which is not sent in order of arrival and so has no cursor of its own. */
  past(placed: Placed): Uint8Array | undefined;
  cursor(arrival: number): Uint8Array;
  /** The arrival that an id of ours names; undefined for another store's or nonsense. */
  arrivalOf(id: string): number | undefined;
}

/** `render` gives the JSON of a message, undefined for one that cannot be read. */
export function createBlocks(epoch: string, render: (placed: Placed) => string | undefined): Blocks {
  return {
    live(placed) {
      const json = render(placed);
      return json === undefined ? undefined : Buffer.from(`data: ${json}\n\nid: ${epoch}-${placed.arrival}\n\n`);
    },
    past(placed) {
      const json = render(placed);
      return json === undefined ? undefined : Buffer.from(`data: ${json}\n\n`);
    },
    cursor: (arrival) => Buffer.from(`id: ${epoch}-${arrival}\n\n`),
    arrivalOf(id) {
      const [, theirs, arrival] = /^([0-9a-f]{16})-(\d{1,15})$/.exec(id) ?? [];
      return theirs === epoch && arrival !== undefined ? Number(arrival) : undefined;
    },
  };
}

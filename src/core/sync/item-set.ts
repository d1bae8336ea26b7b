/**
 * The placements of one scope as reconciliation sees them: (time, id) in order, with the sum of the ids of any span.
 * Kept in leaves of a few hundred, so that adding costs little and a span's sum needs no look at every item
 * (spec/09-sync.md#fingerprints). It holds what it is given; the caller keeps it equal to the store.
 */
import { compare } from '../bytes.ts';

export interface Item {
  /** Milliseconds since 1970, a safe integer, not negative. */
  readonly time: number;
  /** 32 bytes. */
  readonly id: Uint8Array;
}

/** Divides the items: those whose time is smaller, or equal with an id below the prefix, lie before it. */
export interface Bound {
  readonly time: number;
  /** The first bytes of an id; what is missing counts as zeros. */
  readonly prefix: Uint8Array;
}

export const START: Bound = { time: 0, prefix: new Uint8Array(0) };
/** Above everything: no item has that time. */
export const END: Bound = { time: Number.POSITIVE_INFINITY, prefix: new Uint8Array(0) };

/** Sixteen 16-bit digits, least significant first, not carried: exact for any count that fits in memory. */
export type Sum = Float64Array;

export interface Span {
  readonly count: number;
  readonly sum: Sum;
}

interface Leaf {
  readonly items: Item[];
  readonly sum: Sum;
}

const DIGITS = 16;
const LEAF_ITEMS = 512;

export const emptySum = (): Sum => new Float64Array(DIGITS);

export const isBefore = (item: Item, bound: Bound): boolean =>
  item.time < bound.time || (item.time === bound.time && compare(item.id, bound.prefix) < 0);

const order = (a: Item, b: Item): number => a.time - b.time || compare(a.id, b.id);

export class ItemSet {
  readonly #leaves: Leaf[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** False where it was there already. Cheapest in ascending order. */
  add(item: Item): boolean {
    const leaf = this.#leafFor(item);
    const at = firstAtOrAfter(leaf.items, item);
    const there = leaf.items[at];
    if (there !== undefined && order(there, item) === 0) return false;
    leaf.items.splice(at, 0, item);
    addTo(leaf.sum, item.id, 1);
    this.#size++;
    if (leaf.items.length > LEAF_ITEMS) this.#split(leaf);
    return true;
  }

  /** False where it was not there. */
  delete(item: Item): boolean {
    const index = this.#leafIndex(item);
    const leaf = this.#leaves[index];
    if (leaf === undefined) return false;
    const at = firstAtOrAfter(leaf.items, item);
    const there = leaf.items[at];
    if (there === undefined || order(there, item) !== 0) return false;
    leaf.items.splice(at, 1);
    addTo(leaf.sum, item.id, -1);
    this.#size--;
    if (leaf.items.length === 0) this.#leaves.splice(index, 1);
    return true;
  }

  /** The item at that place in the order. */
  at(index: number): Item | undefined {
    let before = 0;
    for (const { items } of this.#leaves) {
      if (index < before + items.length) return items[index - before];
      before += items.length;
    }
    return undefined;
  }

  /** Those from `lower` on and before `upper`, in order. */
  *between(lower: Bound, upper: Bound): Generator<Item> {
    for (const { items } of this.#leaves) {
      const last = items.at(-1);
      if (last === undefined || isBefore(last, lower)) continue;
      for (const item of items) {
        if (!isBefore(item, upper)) return;
        if (!isBefore(item, lower)) yield item;
      }
    }
  }

  /** Goes through the order once: each call takes what lies before a bound that does not descend. */
  sweep(): (upper: Bound) => Span {
    let leafAt = 0;
    let itemAt = 0;
    return (upper) => {
      const sum = emptySum();
      let count = 0;
      for (; leafAt < this.#leaves.length; leafAt++, itemAt = 0) {
        const leaf = this.#leaves[leafAt] as Leaf;
        const isWhole = itemAt === 0 && isBefore(leaf.items.at(-1) as Item, upper);
        if (isWhole) {
          for (let i = 0; i < DIGITS; i++) sum[i] = (sum[i] ?? 0) + (leaf.sum[i] ?? 0);
          count += leaf.items.length;
          continue;
        }
        for (; itemAt < leaf.items.length; itemAt++, count++) {
          const item = leaf.items[itemAt] as Item;
          if (!isBefore(item, upper)) return { count, sum };
          addTo(sum, item.id, 1);
        }
      }
      return { count, sum };
    };
  }

  #leafIndex(item: Item): number {
    let low = 0;
    let high = this.#leaves.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const first = this.#leaves[middle]?.items[0];
      if (first !== undefined && order(first, item) <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #leafFor(item: Item): Leaf {
    const leaf = this.#leaves[this.#leafIndex(item)];
    if (leaf !== undefined) return leaf;
    const first: Leaf = { items: [], sum: emptySum() };
    this.#leaves.push(first);
    return first;
  }

  /** Ascending additions leave full leaves behind. */
  #split(leaf: Leaf): void {
    const index = this.#leaves.indexOf(leaf);
    const isLast = index === this.#leaves.length - 1;
    const moved = leaf.items.splice(isLast ? LEAF_ITEMS : LEAF_ITEMS / 2);
    const sum = emptySum();
    for (const { id } of moved) {
      addTo(sum, id, 1);
      addTo(leaf.sum, id, -1);
    }
    this.#leaves.splice(index + 1, 0, { items: moved, sum });
  }
}

function addTo(sum: Sum, id: Uint8Array, sign: 1 | -1): void {
  for (let i = 0; i < DIGITS; i++) {
    sum[i] = (sum[i] ?? 0) + sign * (((id[31 - 2 * i - 1] ?? 0) << 8) | (id[31 - 2 * i] ?? 0));
  }
}

function firstAtOrAfter(items: readonly Item[], item: Item): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order(items[middle] as Item, item) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The sum modulo 2^256 as 32 bytes, most significant first. */
export function sumBytes(sum: Sum): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(32);
  let carry = 0;
  for (let i = 0; i < DIGITS; i++) {
    const digit = (sum[i] ?? 0) + carry;
    const low = digit % 0x10000;
    carry = (digit - low) / 0x10000;
    bytes[31 - 2 * i] = low & 0xff;
    bytes[31 - 2 * i - 1] = low >> 8;
  }
  return bytes;
}

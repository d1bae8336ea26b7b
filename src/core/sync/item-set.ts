/**
 * The placements of one scope as reconciliation sees them: (time, id) in order, with the sum of the ids of any span.
 * Kept in packed leaves, so that a million take 40 MB and a span's sum needs no look at every item
 * (spec/09-sync.md#fingerprints). It holds what it is given; the caller keeps it equal to the store.
 */
import { compare } from '../bytes.ts';
import type { Bound, Item } from './item.ts';
import { addSum, emptySum, LEAF_ITEMS, Leaf, type Sum } from './leaf.ts';

export type { Bound, Item } from './item.ts';

export const START: Bound = { time: 0, prefix: new Uint8Array(0) };
/** Above everything: no item has that time. */
export const END: Bound = { time: Number.POSITIVE_INFINITY, prefix: new Uint8Array(0) };

export interface Span {
  readonly count: number;
  readonly sum: Sum;
}

export const boundOf = ({ time, id }: Item): Bound => ({ time, prefix: id });

export const compareItems = (a: Item, b: Item): number => a.time - b.time || compare(a.id, b.id);

export class ItemSet {
  readonly #leaves: Leaf[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** False where it was there already. Cheapest in ascending order. */
  add(item: Item): boolean {
    if (this.#leaves.length === 0) this.#leaves.push(new Leaf());
    const [leaf, index] = this.#leafFor(boundOf(item));
    if (leaf === undefined) return false;
    const at = leaf.rank(boundOf(item));
    if (leaf.has(at, item)) return false;
    const [roomy, place] = leaf.count < LEAF_ITEMS ? [leaf, at] : this.#makeRoom(leaf, index, at);
    roomy.insert(place, item);
    this.#size++;
    return true;
  }

  /** False where it was not there. */
  delete(item: Item): boolean {
    const [leaf, index] = this.#leafFor(boundOf(item));
    const at = leaf?.rank(boundOf(item)) ?? 0;
    if (!leaf?.has(at, item)) return false;
    leaf.remove(at);
    this.#size--;
    if (leaf.count === 0) this.#leaves.splice(index, 1);
    return true;
  }

  /** The item at that place in the order. */
  at(index: number): Item | undefined {
    let before = 0;
    for (const leaf of this.#leaves) {
      if (index < before + leaf.count) return leaf.item(index - before);
      before += leaf.count;
    }
    return undefined;
  }

  /** Those from `lower` on and before `upper`, in order. Nothing may be added or removed meanwhile. */
  *between(lower: Bound, upper: Bound): Generator<Item> {
    const [, first] = this.#leafFor(lower);
    for (let index = first; index < this.#leaves.length; index++) {
      const leaf = this.#leaves[index] as Leaf;
      const end = leaf.rank(upper);
      for (let at = leaf.rank(lower); at < end; at++) yield leaf.item(at);
      if (end < leaf.count) return;
    }
  }

  /** Goes through the order once: each call takes what lies before a bound that does not descend. */
  sweep(): (upper: Bound) => Span {
    let index = 0;
    let at = 0;
    return (upper) => {
      const sum = emptySum();
      let count = 0;
      for (; index < this.#leaves.length; index++, at = 0) {
        const leaf = this.#leaves[index] as Leaf;
        const end = leaf.rank(upper);
        count += Math.max(0, end - at);
        if (at === 0 && end === leaf.count) addSum(sum, leaf.sum);
        else for (let i = at; i < end; i++) leaf.addTo(sum, i, 1);
        at = Math.max(at, end);
        if (end < leaf.count) break;
      }
      return { count, sum };
    };
  }

  /** The last leaf that begins at or before the bound, else the first. */
  #leafFor({ time, prefix }: Bound): [leaf: Leaf | undefined, index: number] {
    let low = 0;
    let high = this.#leaves.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#leaves[middle]?.order(0, time, prefix) ?? 0) <= 0) low = middle;
      else high = middle - 1;
    }
    return [this.#leaves[low], low];
  }

  /** Divides a full leaf; ascending additions leave full ones behind. */
  #makeRoom(leaf: Leaf, index: number, at: number): [leaf: Leaf, at: number] {
    const kept = at === LEAF_ITEMS ? LEAF_ITEMS : LEAF_ITEMS / 2;
    const upper = leaf.split(kept);
    this.#leaves.splice(index + 1, 0, upper);
    return at < kept ? [leaf, at] : [upper, at - kept];
  }
}

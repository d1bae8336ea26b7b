/**
 * Up to a few hundred items of a set in order, packed: 40 bytes each, and the sum of their ids.
 */
import type { Bound, Item } from './item.ts';

/** Sixteen 16-bit digits, least significant first, not carried: exact for any count that fits in memory. */
export type Sum = Float64Array;

export const LEAF_ITEMS = 512;
const ID_BYTES = 32;
const DIGITS = 16;

export const emptySum = (): Sum => new Float64Array(DIGITS);

export class Leaf {
  readonly sum: Sum = emptySum();
  readonly #times = new Float64Array(LEAF_ITEMS);
  readonly #ids = new Uint8Array(LEAF_ITEMS * ID_BYTES);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** A copy. */
  item(at: number): Item {
    return { time: this.#times[at] ?? 0, id: this.#ids.slice(at * ID_BYTES, (at + 1) * ID_BYTES) };
  }

  /** Negative, zero or positive as the item there lies before, is or lies after that time and id; at a mere prefix lies none. */
  order(at: number, time: number, id: Uint8Array): number {
    const difference = (this.#times[at] ?? 0) - time;
    if (difference !== 0) return difference;
    for (let i = 0; i < id.length; i++) {
      const step = (this.#ids[at * ID_BYTES + i] ?? 0) - (id[i] ?? 0);
      if (step !== 0) return step;
    }
    return ID_BYTES - id.length;
  }

  /** How many lie before the bound. */
  rank({ time, prefix }: Bound): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.order(middle, time, prefix) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  has(at: number, { time, id }: Item): boolean {
    return at < this.#count && this.order(at, time, id) === 0;
  }

  /** Only while it holds fewer than LEAF_ITEMS. */
  insert(at: number, { time, id }: Item): void {
    this.#times.copyWithin(at + 1, at, this.#count);
    this.#ids.copyWithin((at + 1) * ID_BYTES, at * ID_BYTES, this.#count * ID_BYTES);
    this.#times[at] = time;
    this.#ids.set(id, at * ID_BYTES);
    this.#count++;
    this.addTo(this.sum, at, 1);
  }

  remove(at: number): void {
    this.addTo(this.sum, at, -1);
    this.#times.copyWithin(at, at + 1, this.#count);
    this.#ids.copyWithin(at * ID_BYTES, (at + 1) * ID_BYTES, this.#count * ID_BYTES);
    this.#count--;
  }

  /** Moves those from `at` on into a leaf of their own. */
  split(at: number): Leaf {
    const upper = new Leaf();
    for (let i = at; i < this.#count; i++) {
      upper.insert(i - at, this.item(i));
      this.addTo(this.sum, i, -1);
    }
    this.#count = at;
    return upper;
  }

  /** Adds the id there to `sum`, or takes it away. */
  addTo(sum: Sum, at: number, sign: 1 | -1): void {
    const end = (at + 1) * ID_BYTES - 1;
    for (let i = 0; i < DIGITS; i++) {
      const digit = ((this.#ids[end - 2 * i - 1] ?? 0) << 8) | (this.#ids[end - 2 * i] ?? 0);
      sum[i] = (sum[i] ?? 0) + sign * digit;
    }
  }
}

export function addSum(sum: Sum, other: Sum): void {
  for (let i = 0; i < DIGITS; i++) sum[i] = (sum[i] ?? 0) + (other[i] ?? 0);
}

/** The sum modulo 2^256 as 32 bytes, most significant first. */
export function sumBytes(sum: Sum): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(2 * DIGITS);
  let carry = 0;
  for (let i = 0; i < DIGITS; i++) {
    const digit = (sum[i] ?? 0) + carry;
    const low = digit % 0x10000;
    carry = (digit - low) / 0x10000;
    bytes[31 - 2 * i] = low & 0xff;
    bytes[30 - 2 * i] = low >> 8;
  }
  return bytes;
}

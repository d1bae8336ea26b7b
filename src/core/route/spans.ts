/** A set of whole numbers kept as spans without overlap: few of them however many numbers. */
import type { Span } from './frame.ts';

export class SpanSet {
  #spans: Span[] = [];

  get spans(): readonly Span[] {
    return this.#spans;
  }

  has(number: number): boolean {
    const span = this.#spans[this.#firstEndingFrom(number)];
    return span !== undefined && span.from <= number;
  }

  /** Adds all from `from` to `to`; returns the parts that were not there. */
  add({ from, to }: Span): Span[] {
    const first = this.#firstEndingFrom(from - 1);
    const added: Span[] = [];
    let [low, high, next, count] = [from, to, from, 0];
    for (let i = first; i < this.#spans.length; i++, count++) {
      const span = this.#spans[i] as Span;
      if (span.from > to + 1) break;
      if (span.from > next) added.push({ from: next, to: Math.min(to, span.from - 1) });
      next = Math.max(next, span.to + 1);
      low = Math.min(low, span.from);
      high = Math.max(high, span.to);
    }
    if (next <= to) added.push({ from: next, to });
    this.#spans.splice(first, count, { from: low, to: high });
    return added;
  }

  /** Forgets all numbers up to that one. */
  forgetTo(number: number): void {
    const first = this.#firstEndingFrom(number + 1);
    if (first > 0) this.#spans.splice(0, first);
    const span = this.#spans[0];
    if (span !== undefined && span.from <= number) this.#spans[0] = { from: number + 1, to: span.to };
  }

  /** The index of the first span that ends at `number` or later. */
  #firstEndingFrom(number: number): number {
    let low = 0;
    let high = this.#spans.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#spans[middle] as Span).to < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

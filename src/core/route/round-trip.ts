/**
 * How long a path takes there and back: a smoothed mean and its variation, as RFC 6298 has them, and the least of the
 * last while, which is the path without a queue before it.
 */
const MEAN_GAIN = 1 / 8;
const VARIATION_GAIN = 1 / 4;
const LEAST_MS = 10_000;

export class RoundTrip {
  smoothed: number | undefined;
  variation = 0;
  #least = Number.POSITIVE_INFINITY;
  #leastBefore = Number.POSITIVE_INFINITY;
  #leastFrom = Number.NEGATIVE_INFINITY;

  /** Of the last ten to twenty seconds in which there were samples. */
  get least(): number {
    return Math.min(this.#least, this.#leastBefore);
  }

  add(sample: number, now: number): void {
    if (this.smoothed === undefined) {
      this.smoothed = sample;
      this.variation = sample / 4;
    } else {
      this.variation += (Math.abs(this.smoothed - sample) - this.variation) * VARIATION_GAIN;
      this.smoothed += (sample - this.smoothed) * MEAN_GAIN;
    }
    this.#addLeast(sample, now);
  }

  #addLeast(sample: number, now: number): void {
    if (now - this.#leastFrom > LEAST_MS) {
      this.#leastBefore = this.#least;
      this.#least = sample;
      this.#leastFrom = now;
    }
    this.#least = Math.min(this.#least, sample);
  }
}

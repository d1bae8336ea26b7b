/**
 * How many bytes may be under way over one path (spec/10-route.md#choosing). Streams below keep what they cannot send
 * yet in a queue, where it delays heartbeats and holds what another path could carry; so the bound grows while answers
 * come as fast as on an idle path, and shrinks once they wait.
 */
import type { RoundTrip } from './round-trip.ts';

const FIRST_BYTES = 65_536;
/** Two whole frames: while one is answered for, the next is under way. */
const LEAST_BYTES = 24_576;
const MOST_TAKEN_OVER_BYTES = 262_144;
const MOST_BYTES = 16_777_216;
const QUEUE_MS = 25;

export class Pace {
  #window = FIRST_BYTES;
  #isDoubling = true;
  #cutAt = Number.NEGATIVE_INFINITY;

  get window(): number {
    return this.#window;
  }

  /** An answer came after `sample` ms that confirms `bytes`, of `underWay` when it was asked for. */
  confirm(bytes: number, underWay: number, sample: number, roundTrip: RoundTrip, now: number): void {
    const queue = sample - roundTrip.least;
    const allowed = Math.max(QUEUE_MS, roundTrip.least / 2);
    if (queue > allowed) this.#cut(allowed / queue, roundTrip, now);
    else if (underWay * 2 >= this.#window) this.#grow(bytes, queue < allowed / 2);
  }

  /** This path takes over what another carried: it need not find out from the beginning what is asked of it. */
  takeOver(bytes: number): void {
    this.#window = Math.max(this.#window, Math.min(bytes, MOST_TAKEN_OVER_BYTES));
  }

  #grow(bytes: number, isShort: boolean): void {
    const step = this.#isDoubling ? bytes : isShort ? bytes / 8 : bytes / 64;
    this.#window = Math.min(this.#window + step, MOST_BYTES);
  }

  /** Once in a round trip: what was sent before a cut says nothing about it. */
  #cut(share: number, roundTrip: RoundTrip, now: number): void {
    this.#isDoubling = false;
    if (now - this.#cutAt < (roundTrip.smoothed ?? 0)) return;
    this.#cutAt = now;
    this.#window = Math.max(this.#window * Math.max(0.5, share), LEAST_BYTES);
  }
}

/**
 * Paths between two peers under a simulated clock: each keeps its order, has a latency, jitter and a rate, may lose
 * frames, fall silent in one or both directions, and end. Everything follows from one seed.
 */
export type Random = () => number;

/** Numbers from 0 to 1 out of a seed. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What is to happen, in order of time. */
export class Agenda {
  now = 0;
  #heap: { at: number; order: number; run: () => void }[] = [];
  #order = 0;

  at(time: number, run: () => void): void {
    this.#heap.push({ at: Math.max(time, this.now), order: this.#order++, run });
    for (let i = this.#heap.length - 1; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (!this.#isBefore(i, parent)) break;
      this.#swap(i, parent);
      i = parent;
    }
  }

  /** Runs all that is due before that time, which is then the present. */
  runUntil(time: number): void {
    for (let first = this.#heap[0]; first !== undefined && first.at <= time; first = this.#heap[0]) {
      this.#removeFirst();
      this.now = first.at;
      first.run();
    }
    this.now = time;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    for (let i = 0; ; ) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) {
        if (child < this.#heap.length && this.#isBefore(child, least)) least = child;
      }
      if (least === i) return;
      this.#swap(i, least);
      i = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one === undefined || other === undefined) return false;
    return one.at < other.at || (one.at === other.at && one.order < other.order);
  }

  #swap(a: number, b: number): void {
    [this.#heap[a], this.#heap[b]] = [this.#heap[b] as never, this.#heap[a] as never];
  }
}

export interface Quality {
  /** One way, ms. */
  readonly latency: number;
  readonly jitter: number;
  /** Bytes a millisecond. */
  readonly rate: number;
  /** Share of frames that vanish. */
  readonly loss: number;
}

export type Deliver = (frame: Uint8Array) => void;

/** One direction of a path. */
export class Lane {
  isFrozen = false;
  bytes = 0;
  #isOpen = true;
  #freeAt = 0;
  #lastArrival = 0;
  #held: Uint8Array[] = [];
  readonly #agenda: Agenda;
  readonly #random: Random;
  readonly #quality: Quality;
  readonly #deliver: Deliver;

  constructor(agenda: Agenda, random: Random, quality: Quality, deliver: Deliver) {
    this.#agenda = agenda;
    this.#random = random;
    this.#quality = quality;
    this.#deliver = deliver;
  }

  send(frame: Uint8Array): void {
    const { latency, jitter, rate, loss } = this.#quality;
    this.bytes += frame.length;
    this.#freeAt = Math.max(this.#freeAt, this.#agenda.now) + frame.length / rate;
    if (this.#random() < loss) return;
    const arrival = this.#freeAt + latency + this.#random() * jitter;
    this.#lastArrival = Math.max(arrival, this.#lastArrival);
    this.#agenda.at(this.#lastArrival, () => this.#arrive(frame));
  }

  /** What was silent goes on where it stood, in order. */
  thaw(): void {
    this.isFrozen = false;
    for (const frame of this.#held.splice(0)) this.#arrive(frame);
  }

  close(): void {
    this.#isOpen = false;
    this.#held = [];
  }

  #arrive(frame: Uint8Array): void {
    if (!this.#isOpen) return;
    if (this.isFrozen) this.#held.push(frame);
    else this.#deliver(frame);
  }
}

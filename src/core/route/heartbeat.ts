/**
 * The pings of one path: which wait for an answer, what each answer proves, and when the silence has lasted too long
 * (spec/10-route.md#heartbeats). Opens count as pings: they take numbers of the same row.
 */
import { DecodeError } from '../errors.ts';
import { RoundTrip } from './round-trip.ts';

/** What had been sent over the path when a ping went, itself included. */
export interface Mark {
  readonly frames: number;
  readonly bytes: number;
  /** Of these bytes, those that no answer had confirmed yet. */
  readonly underWay: number;
  readonly flights: number;
}

interface Ping extends Mark {
  readonly number: number;
  readonly at: number;
  readonly isOpen: boolean;
}

export interface Answer {
  readonly mark: Mark;
  /** How long it took; undefined where an earlier answer said so already. */
  readonly sample: number | undefined;
}

const LEAST_SILENCE_MS = 300;
const LEAST_MARGIN_MS = 150;
const MOST_MARGIN_MS = 400;
const LEAST_DOWN_MS = 1500;
const REMEMBERED = 64;

export class Heartbeat {
  readonly roundTrip = new RoundTrip();
  lastAt = Number.NEGATIVE_INFINITY;
  answers = 0;
  #number = 0;
  #waiting: Ping[] = [];

  /** Notes that a ping goes; its number. */
  next(now: number, mark: Mark, isOpen: boolean): number {
    this.#waiting.push({ ...mark, number: ++this.#number, at: now, isOpen });
    // Of a long silence its beginning and its last pings are enough.
    if (this.#waiting.length > REMEMBERED) this.#waiting.splice(1, 1);
    this.lastAt = now;
    return this.#number;
  }

  /** Undefined where a later answer came first. Throws DecodeError for what was never asked. */
  answer(number: number, now: number, isOpen: boolean): Answer | undefined {
    if (number > this.#number || number === 0) throw new DecodeError('number', `Cannot read frame: number: never sent`);
    const count = this.#waiting.findLastIndex((ping) => ping.number <= number) + 1;
    if (count === 0) return undefined;
    const ping = this.#waiting[count - 1] as Ping;
    const isExact = ping.number === number;
    if (isExact && ping.isOpen !== isOpen)
      throw new DecodeError('number', 'Cannot read frame: number: of another kind');
    this.#waiting.splice(0, count);
    this.answers++;
    if (isExact) this.#measure(now - ping.at, now);
    return { mark: ping, sample: isExact ? now - ping.at : undefined };
  }

  /** When the ping that has waited longest was sent. */
  get waitingSince(): number | undefined {
    return this.#waiting[0]?.at;
  }

  get suspectAfter(): number {
    const { smoothed = 1000, variation } = this.roundTrip;
    const margin = Math.max(LEAST_MARGIN_MS, Math.min(4 * variation, MOST_MARGIN_MS));
    return Math.max(LEAST_SILENCE_MS, smoothed + margin);
  }

  get downAfter(): number {
    return Math.max(LEAST_DOWN_MS, 3 * this.suspectAfter);
  }

  /** One long silence must not look like a slow path; a path that has become slow is believed step by step. */
  #measure(sample: number, now: number): void {
    const known = this.roundTrip.smoothed !== undefined;
    this.roundTrip.add(known ? Math.min(sample, 2 * this.suspectAfter) : sample, now);
  }
}

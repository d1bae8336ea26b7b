/**
 * One path of a bond: whom it leads to, how it does, and what is under way over it. Its states follow from its
 * heartbeats (spec/10-route.md#heartbeats).
 */
import { DecodeError } from '../errors.ts';
import { encodeFrame, type Frame, isSame, type Open } from './frame.ts';
import { type Answer, Heartbeat, type Mark } from './heartbeat.ts';
import type { Entry } from './outbox.ts';
import { Pace } from './pace.ts';
import { Tally } from './tally.ts';

/**
 * opening: the other end has not answered yet. up: it answers in time. suspect: too long without a word. down: long so,
 * or of no use any more.
 */
export type PathState = 'opening' | 'up' | 'suspect' | 'down';

export interface PathReport {
  readonly id: string;
  readonly group: string;
  readonly state: PathState;
  /** Undefined until the first answer. */
  readonly roundTripMs: number | undefined;
  /** Share of frames that did not arrive, 0 to 1, smoothed. */
  readonly loss: number;
  /** Bytes of frames. */
  readonly sent: number;
  readonly received: number;
  /** Which choice it was for what was sent last: 1 the best, 2 the one beside it, 0 neither. */
  readonly rank: 0 | 1 | 2;
}

const BUSY_PING_MS = 100;
/** For a path that is not in use, but may be needed any moment. */
const SPARE_PING_MS = 250;
const SUSPECT_PING_MS = 200;
const FIRST_DOWN_PING_MS = 500;
const LAST_DOWN_PING_MS = 8000;
export const REST_PING_MS = 30_000;
const FIRST_OPEN_MS = 250;
const OPENING_MS = 10_000;
const CLOSE_AFTER_MS = 30_000;
/** So many answers at once make the round trip of a new path known. */
const SETTLED = 5;
const NEVER = Number.POSITIVE_INFINITY;

export class Path {
  readonly id: string;
  readonly group: string;
  readonly heartbeat = new Heartbeat();
  readonly pace = new Pace();
  readonly tally = new Tally();
  state: PathState = 'opening';
  /** Who answers at the other end; one end for the life of the path. */
  session: Uint8Array | undefined;
  /** What the other end said of itself; what it has said is due to be answered. */
  peerOpen: Open | undefined;
  acceptDue: Open | undefined;
  pongDue: number | undefined;
  /** When the open was sent that was answered. */
  acceptedAt: number | undefined;
  /** It carries data and acks. */
  isReady = false;
  isRetired = false;
  #pingedBytes = 0;
  #ackBytes = 0;
  #flights: Entry[] = [];
  #flightsBefore = 0;
  #addedAt: number;
  #downSince: number | undefined;
  #excusedUntil = Number.NEGATIVE_INFINITY;
  #wait = FIRST_OPEN_MS;
  #phase: number;

  constructor(id: string, group: string, now: number, phase: number) {
    this.id = id;
    this.group = group;
    this.#addedAt = now;
    this.#phase = phase;
  }

  get isUp(): boolean {
    return this.state === 'up' && this.isReady;
  }

  get hasRoom(): boolean {
    return this.tally.underWay < this.pace.window;
  }

  /** What is under way, oldest first; some of it may have been acknowledged. */
  get flights(): readonly Entry[] {
    return this.#flights;
  }

  /** The lower, the better: what a queue of our own adds is left out. */
  get cost(): number {
    const { smoothed = 1000, least, variation } = this.heartbeat.roundTrip;
    return Math.max(least, smoothed - 25) * (1 + 4 * this.tally.loss) + variation;
  }

  /** `other` carries no more, and its load comes here. */
  takeOver(other: Path): void {
    this.pace.takeOver(other.tally.rate * (this.heartbeat.roundTrip.smoothed ?? 0) * 1.25);
  }

  /** An ack that no pong has confirmed. */
  get hasAckUnderWay(): boolean {
    return !this.tally.hasConfirmed(this.#ackBytes);
  }

  ack(bytes: Uint8Array): Uint8Array {
    this.tally.sent(bytes.length);
    this.#ackBytes = this.tally.sentBytes;
    return bytes;
  }

  /** Forgets what is under way, and says what it was. */
  abandon(): Entry[] {
    return this.#land(Number.POSITIVE_INFINITY);
  }

  data(entry: Entry, bytes: Uint8Array): Uint8Array {
    this.tally.sent(bytes.length);
    this.#flights.push(entry);
    return bytes;
  }

  /** Throws DecodeError where another end speaks than before. */
  belongsTo(session: Uint8Array): void {
    if (this.session !== undefined && !isSame(this.session, session)) {
      throw new DecodeError('session', 'Cannot read frame: session: another one than before over this path');
    }
    this.session = session;
  }

  ping(now: number): Uint8Array {
    const number = this.heartbeat.next(now, this.#markAfter(2), false);
    this.#wait = Math.min(this.#wait * 2, LAST_DOWN_PING_MS);
    const frame = this.#sent({ kind: 'ping', number });
    this.#pingedBytes = this.tally.sentBytes;
    return frame;
  }

  open(session: Uint8Array, window: number, now: number): Uint8Array {
    const number = this.heartbeat.next(now, this.#markAfter(0), true);
    if (this.tally.sentFrames > 0) this.#wait = Math.min(this.#wait * 2, LAST_DOWN_PING_MS);
    return this.#sent({ kind: 'open', session, window, number });
  }

  accept(session: Uint8Array): Uint8Array | undefined {
    const due = this.acceptDue;
    this.acceptDue = undefined;
    return due && this.#sent({ kind: 'accept', session, heard: due.session, number: due.number });
  }

  pong(): Uint8Array | undefined {
    const number = this.pongDue;
    this.pongDue = undefined;
    return number === undefined ? undefined : this.#sent({ kind: 'pong', number, arrived: this.tally.receivedFrames });
  }

  /** An answer to an open. Throws DecodeError. */
  accepted(number: number, now: number): void {
    const answer = this.heartbeat.answer(number, now, true);
    if (answer === undefined) return;
    this.acceptedAt = now - (answer.sample ?? 0);
    this.#confirm(answer, now);
  }

  /** What the pong proves to have arrived or been lost. Throws DecodeError. */
  ponged(number: number, arrived: number, now: number): Entry[] {
    if (arrived > this.tally.sentFrames)
      throw new DecodeError('arrived', 'Cannot read frame: arrived: more than was sent');
    const answer = this.heartbeat.answer(number, now, false);
    if (answer === undefined) return [];
    this.tally.countLoss(answer.mark, arrived);
    this.#confirm(answer, now);
    return this.#land(answer.mark.flights);
  }

  /** Moves on with time; true where it was up and is no more. */
  update(now: number): boolean {
    const wasUp = this.state === 'up';
    const { waitingSince = NEVER, suspectAfter, downAfter } = this.heartbeat;
    if (this.state === 'up' && now >= this.#notBefore(waitingSince + suspectAfter)) this.state = 'suspect';
    if (this.state === 'suspect' && now >= this.#notBefore(waitingSince + downAfter)) this.fail(now);
    if (this.state === 'opening' && now >= this.#addedAt + OPENING_MS) this.fail(now);
    return wasUp && this.state !== 'up';
  }

  /** This machine itself was late: what the path has to say may wait to be read. */
  excuse(until: number): void {
    this.#excusedUntil = until;
  }

  /** It is of no use any more, whatever still comes by it. */
  retire(now: number): void {
    this.fail(now);
    this.isRetired = true;
    this.isReady = false;
  }

  fail(now: number): void {
    this.state = 'down';
    this.#downSince ??= now;
    this.#wait = FIRST_DOWN_PING_MS;
  }

  /** It has been down for so long that another should be dialled. */
  isSpent(now: number): boolean {
    return this.#downSince !== undefined && now >= this.#downSince + CLOSE_AFTER_MS;
  }

  isOpenDue(now: number): boolean {
    return this.acceptedAt === undefined && now >= this.#nextOpen();
  }

  isPingDue(now: number, isBusy: boolean): boolean {
    return this.acceptedAt !== undefined && now >= this.#nextPing(isBusy);
  }

  /** So much was sent since the last ping that the next must not wait for its time. */
  get isPingOwed(): boolean {
    return (this.tally.sentBytes - this.#pingedBytes) * 4 >= this.pace.window;
  }

  /** When it has to be looked at again, whatever comes. */
  wakeAt(isBusy: boolean): number {
    const { waitingSince = NEVER, suspectAfter, downAfter } = this.heartbeat;
    const next = this.acceptedAt === undefined ? this.#nextOpen() : this.#nextPing(isBusy);
    if (this.state === 'opening') return Math.min(next, this.#addedAt + OPENING_MS);
    if (this.#downSince !== undefined) return Math.min(next, this.#downSince + CLOSE_AFTER_MS);
    return Math.min(next, this.#notBefore(waitingSince + (this.state === 'up' ? suspectAfter : downAfter)));
  }

  report(rank: 0 | 1 | 2): PathReport {
    return {
      ...{ id: this.id, group: this.group, state: this.state === 'up' && !this.isReady ? 'opening' : this.state },
      roundTripMs: this.heartbeat.roundTrip.smoothed,
      ...{ loss: this.tally.loss, sent: this.tally.sentBytes, received: this.tally.receivedBytes, rank },
    };
  }

  #notBefore(time: number): number {
    return Math.max(time, this.#excusedUntil);
  }

  #nextOpen(): number {
    return this.tally.sentFrames === 0 ? this.#addedAt : this.heartbeat.lastAt + this.#wait;
  }

  #nextPing(isBusy: boolean): number {
    const { lastAt } = this.heartbeat;
    if (this.state === 'suspect') return lastAt + SUSPECT_PING_MS;
    if (this.state === 'down') return lastAt + this.#wait;
    const carries = this.#flights.length > 0 || this.hasAckUnderWay;
    if (carries || this.heartbeat.answers < SETTLED) return lastAt + BUSY_PING_MS;
    if (isBusy) return lastAt + SPARE_PING_MS;
    // On a grid of the bond's own, so that all its paths wake the machine once.
    return (Math.floor((lastAt - this.#phase) / REST_PING_MS) + 1) * REST_PING_MS + this.#phase;
  }

  #sent(frame: Frame): Uint8Array {
    const bytes = encodeFrame(frame);
    this.tally.sent(bytes.length);
    return bytes;
  }

  /** What will have been sent with a frame of so many bytes. */
  #markAfter(length: number): Mark {
    const { sentFrames, sentBytes, underWay } = this.tally;
    const flights = this.#flightsBefore + this.#flights.length;
    return { frames: sentFrames + 1, bytes: sentBytes + length, underWay, flights };
  }

  #confirm({ mark, sample }: Answer, now: number): void {
    const { roundTrip, suspectAfter } = this.heartbeat;
    const bytes = this.tally.confirm(mark, now);
    if (sample === undefined) return;
    this.pace.confirm(bytes, mark.underWay, sample, roundTrip, now);
    if (sample > suspectAfter) return;
    this.state = 'up';
    this.#downSince = undefined;
  }

  #land(count: number): Entry[] {
    const landed = this.#flights.splice(0, Math.max(0, count - this.#flightsBefore));
    this.#flightsBefore += landed.length;
    return landed;
  }
}

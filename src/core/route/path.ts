/**
 * One path of a bond: whom it leads to, how it does, and what is under way over it. Its states follow from its
 * heartbeats (spec/10-route.md#heartbeats).
 */
import { DecodeError } from '../errors.ts';
import { encodeFrame, type Frame, isSame, type Open } from './frame.ts';
import { type Answer, Heartbeat } from './heartbeat.ts';
import type { Entry } from './outbox.ts';
import { Pace } from './pace.ts';

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
const LOSS_GAIN = 1 / 8;
const RATE_MS = 500;
const NEVER = Number.POSITIVE_INFINITY;

export class Path {
  readonly id: string;
  readonly group: string;
  readonly heartbeat = new Heartbeat();
  readonly pace = new Pace();
  state: PathState = 'opening';
  loss = 0;
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
  sentBytes = 0;
  receivedBytes = 0;
  #sentFrames = 0;
  #receivedFrames = 0;
  #confirmed = { frames: 0, arrived: 0, bytes: 0, at: Number.NEGATIVE_INFINITY };
  /** Bytes confirmed in a millisecond, over the last while. */
  #rate = 0;
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

  get underWay(): number {
    return this.sentBytes - this.#confirmed.bytes;
  }

  get hasRoom(): boolean {
    return this.underWay < this.pace.window;
  }

  /** What is under way, oldest first; some of it may have been acknowledged. */
  get flights(): readonly Entry[] {
    return this.#flights;
  }

  /** The lower, the better: what a queue of our own adds is left out. */
  get cost(): number {
    const { smoothed = 1000, least, variation } = this.heartbeat.roundTrip;
    return Math.max(least, smoothed - 25) * (1 + 4 * this.loss) + variation;
  }

  /** `other` carries no more, and its load comes here. */
  takeOver(other: Path): void {
    this.pace.takeOver(other.#rate * (this.heartbeat.roundTrip.smoothed ?? 0) * 1.25);
  }

  countReceived(bytes: number): void {
    this.receivedBytes += bytes;
    this.#receivedFrames++;
  }

  countSent(bytes: number): void {
    this.sentBytes += bytes;
    this.#sentFrames++;
  }

  /** An ack that no pong has confirmed. */
  get hasAckUnderWay(): boolean {
    return this.#ackBytes > this.#confirmed.bytes;
  }

  ack(bytes: Uint8Array): Uint8Array {
    this.countSent(bytes.length);
    this.#ackBytes = this.sentBytes;
    return bytes;
  }

  /** Forgets what is under way, and says what it was. */
  abandon(): Entry[] {
    return this.#land(Number.POSITIVE_INFINITY);
  }

  data(entry: Entry, bytes: Uint8Array): Uint8Array {
    this.countSent(bytes.length);
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
    this.#pingedBytes = this.sentBytes;
    return frame;
  }

  open(session: Uint8Array, window: number, now: number): Uint8Array {
    const number = this.heartbeat.next(now, this.#markAfter(0), true);
    if (this.#sentFrames > 0) this.#wait = Math.min(this.#wait * 2, LAST_DOWN_PING_MS);
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
    return number === undefined ? undefined : this.#sent({ kind: 'pong', number, arrived: this.#receivedFrames });
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
    if (arrived > this.#sentFrames) throw new DecodeError('arrived', 'Cannot read frame: arrived: more than was sent');
    const answer = this.heartbeat.answer(number, now, false);
    if (answer === undefined) return [];
    this.#countLoss(answer.mark.frames, arrived);
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
    return (this.sentBytes - this.#pingedBytes) * 4 >= this.pace.window;
  }

  /** When it has to be looked at again, whatever comes. */
  wakeAt(isBusy: boolean): number {
    const { waitingSince = NEVER, suspectAfter, downAfter } = this.heartbeat;
    const next = this.acceptedAt === undefined ? this.#nextOpen() : this.#nextPing(isBusy);
    if (this.state === 'opening') return Math.min(next, this.#addedAt + OPENING_MS);
    if (this.#downSince !== undefined) return Math.min(next, this.#downSince + CLOSE_AFTER_MS);
    return Math.min(
      next,
      (waitingSince ?? Number.POSITIVE_INFINITY) + (this.state === 'up' ? suspectAfter : downAfter),
    );
  }

  report(rank: 0 | 1 | 2): PathReport {
    return {
      ...{ id: this.id, group: this.group, state: this.state === 'up' && !this.isReady ? 'opening' : this.state },
      roundTripMs: this.heartbeat.roundTrip.smoothed,
      ...{ loss: this.loss, sent: this.sentBytes, received: this.receivedBytes, rank },
    };
  }

  #notBefore(time: number): number {
    return Math.max(time, this.#excusedUntil);
  }

  #nextOpen(): number {
    return this.#sentFrames === 0 ? this.#addedAt : this.heartbeat.lastAt + this.#wait;
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
    this.countSent(bytes.length);
    return bytes;
  }

  #markAfter(bytes: number) {
    return {
      ...{ frames: this.#sentFrames + 1, bytes: this.sentBytes + bytes, underWay: this.underWay },
      flights: this.#flightsBefore + this.#flights.length,
    };
  }

  #countLoss(frames: number, arrived: number): void {
    const sent = frames - this.#confirmed.frames;
    if (sent > 0) {
      const lost = Math.min(1, Math.max(0, 1 - (arrived - this.#confirmed.arrived) / sent));
      this.loss += (lost - this.loss) * LOSS_GAIN;
    }
    this.#confirmed.frames = Math.max(frames, this.#confirmed.frames);
    this.#confirmed.arrived = Math.max(arrived, this.#confirmed.arrived);
  }

  #confirm({ mark, sample }: Answer, now: number): void {
    const { roundTrip, suspectAfter } = this.heartbeat;
    const bytes = mark.bytes - this.#confirmed.bytes;
    this.#confirmed.bytes = Math.max(mark.bytes, this.#confirmed.bytes);
    const elapsed = now - this.#confirmed.at;
    this.#confirmed.at = now;
    if (elapsed > 0) this.#rate += (bytes / elapsed - this.#rate) * Math.min(1, elapsed / RATE_MS);
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

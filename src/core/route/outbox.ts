/**
 * What one end of a bond has to send: messages cut into numbered frames, kept until the other end has acknowledged
 * them, within a bound (spec/10-route.md#data). Of paths it knows only whether they are up.
 */
import { DecodeError } from '../errors.ts';
import { LIMITS } from '../registry.ts';
import { type Ack, encodeFrame } from './frame.ts';
import { SpanSet } from './spans.ts';

/** What an entry has to know of a path. */
interface Way {
  readonly isUp: boolean;
}

export interface Entry {
  readonly seq: number;
  readonly weight: number;
  readonly isUrgent: boolean;
  /** Undefined once it was acknowledged. */
  frame: Uint8Array | undefined;
  /** The paths over which it is under way. */
  readonly on: Way[];
  /** How often a pong came for it, and no ack. */
  losses: number;
}

/** Small enough that heartbeats and other messages never wait long behind one. */
const FRAGMENT_BYTES = 16_384;
/** What a frame counts besides its payload. */
export const FRAME_WEIGHT = 64;

export class Outbox {
  /** The other end's; nothing is sent before it is known. */
  peerWindow = 0;
  readonly #bound: number;
  readonly #entries = new Map<number, Entry>();
  readonly #acked = new SpanSet();
  #held = 0;
  #untaken = 0;
  #last = 0;
  #sent = 0;
  #arrived = 0;
  #taken = 0;
  #unacknowledged = 0;

  constructor(bound: number) {
    this.#bound = bound;
  }

  /** How long a message may be now. */
  get room(): number {
    const free = this.#bound - this.#held;
    const frames = Math.ceil(free / (FRAGMENT_BYTES + FRAME_WEIGHT));
    return Math.max(0, Math.min(free - frames * FRAME_WEIGHT, LIMITS.routeMessageBytes));
  }

  /** Bytes that wait for their acknowledgement. */
  get held(): number {
    return this.#held;
  }

  /** Something was sent that is not acknowledged. */
  get isUnderWay(): boolean {
    return this.#unacknowledged > 0;
  }

  /** There is more to send, but the other end has no room for it. */
  get isBlocked(): boolean {
    return this.#sent < this.#last && this.next() === undefined;
  }

  /** All up to this number were acknowledged. */
  get arrived(): number {
    return this.#arrived;
  }

  /** False where there is no room. */
  push(message: Uint8Array, isUrgent: boolean): boolean {
    const frames = Math.max(1, Math.ceil(message.length / FRAGMENT_BYTES));
    const weight = message.length + frames * FRAME_WEIGHT;
    if (this.#held + weight > this.#bound) return false;
    for (let i = 0; i < frames; i++) {
      const payload = message.subarray(i * FRAGMENT_BYTES, (i + 1) * FRAGMENT_BYTES);
      this.#add(payload, i < frames - 1, isUrgent && frames === 1);
    }
    this.#held += weight;
    return true;
  }

  /** The next entry that was never sent, where the other end has room for it. */
  next(): Entry | undefined {
    const entry = this.#entries.get(this.#sent + 1);
    return entry && this.#untaken + entry.weight <= this.peerWindow ? entry : undefined;
  }

  /** `next` went. */
  advance(entry: Entry): void {
    this.#sent = entry.seq;
    this.#untaken += entry.weight;
    this.#unacknowledged++;
  }

  /** Throws DecodeError for an ack of what was never sent. */
  acknowledge({ taken, arrived, spans }: Ack): void {
    const highest = spans.at(-1)?.to ?? arrived;
    if (highest > this.#sent) throw new DecodeError('ack', 'Cannot read frame: ack: of what was never sent');
    for (let seq = this.#arrived + 1; seq <= arrived; seq++) this.#settle(seq);
    this.#arrived = Math.max(arrived, this.#arrived);
    for (const { from, to } of spans) {
      if (to <= this.#arrived) continue;
      const fresh = this.#acked.add({ from: Math.max(from, this.#arrived + 1), to });
      for (const span of fresh) for (let seq = span.from; seq <= span.to; seq++) this.#settle(seq);
    }
    this.#acked.forgetTo(this.#arrived);
    for (; this.#taken < taken; this.#taken++) this.#forget(this.#taken + 1);
  }

  #add(payload: Uint8Array, more: boolean, isUrgent: boolean): void {
    const seq = ++this.#last;
    const frame = encodeFrame({ kind: 'data', seq, more, payload });
    this.#entries.set(seq, { seq, weight: payload.length + FRAME_WEIGHT, isUrgent, frame, on: [], losses: 0 });
  }

  #settle(seq: number): void {
    const entry = this.#entries.get(seq);
    if (entry?.frame === undefined) return;
    entry.frame = undefined;
    this.#held -= entry.weight;
    this.#unacknowledged--;
  }

  #forget(seq: number): void {
    this.#untaken -= this.#entries.get(seq)?.weight ?? 0;
    this.#entries.delete(seq);
  }
}

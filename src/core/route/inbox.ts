/**
 * What one end of a bond has received: each number once, put into order, and joined to messages
 * (spec/10-route.md#data). It holds no more than its window and the message at which it stands.
 */
import { concat } from '../bytes.ts';
import { DecodeError } from '../errors.ts';
import { LIMITS } from '../registry.ts';
import type { Ack, Data } from './frame.ts';
import { FRAME_WEIGHT } from './outbox.ts';
import { SpanSet } from './spans.ts';

interface Piece {
  readonly payload: Uint8Array;
  readonly more: boolean;
}

interface Ready {
  readonly message: Uint8Array;
  readonly seq: number;
  readonly weight: number;
}

export class Inbox {
  readonly #window: number;
  /** Out of order yet: which, and what they hold. */
  readonly #beyond = new SpanSet();
  readonly #pieces = new Map<number, Piece>();
  #parts: Uint8Array[] = [];
  #partBytes = 0;
  #partWeight = 0;
  #ready: Ready[] = [];
  #held = 0;
  #arrived = 0;
  #taken = 0;

  constructor(window: number) {
    this.#window = window;
  }

  /** Everything up to this number was handed up, or waits for the rest of the message that is next. */
  get taken(): number {
    return this.#taken;
  }

  /** False where it was here before. Throws DecodeError for what exceeds the window or a message's limit. */
  add({ seq, more, payload }: Data): boolean {
    if (seq <= this.#arrived || this.#beyond.has(seq)) return false;
    const weight = payload.length + FRAME_WEIGHT;
    if (this.#held + weight > this.#window || (seq - this.#taken) * FRAME_WEIGHT > this.#window) {
      throw new DecodeError('seq', 'Cannot read frame: seq: beyond the window');
    }
    this.#held += weight;
    const piece = { payload: alone(payload), more };
    if (seq === this.#arrived + 1) {
      this.#append(piece);
      this.#appendPieces();
    } else {
      this.#beyond.add({ from: seq, to: seq });
      this.#pieces.set(seq, piece);
    }
    return true;
  }

  /** The messages that are whole, at most so many; the sender is held back by what stays. */
  take(atMost: number): Uint8Array[] {
    const taken = this.#ready.splice(0, atMost);
    const last = taken.at(-1);
    if (last === undefined) return [];
    for (const { weight } of taken) this.#held -= weight;
    this.#taken = last.seq;
    if (this.#ready.length === 0) this.#takeParts();
    return taken.map(({ message }) => message);
  }

  ack(): Ack {
    const spans = this.#beyond.spans.slice(0, LIMITS.routeSpans);
    return { kind: 'ack', taken: this.#taken, arrived: this.#arrived, spans };
  }

  #appendPieces(): void {
    for (let next = this.#piece(); next !== undefined; next = this.#piece()) this.#append(next);
    this.#beyond.forgetTo(this.#arrived);
  }

  #piece(): Piece | undefined {
    const piece = this.#pieces.get(this.#arrived + 1);
    if (piece !== undefined) this.#pieces.delete(this.#arrived + 1);
    return piece;
  }

  #append({ payload, more }: Piece): void {
    this.#arrived++;
    this.#parts.push(payload);
    this.#partBytes += payload.length;
    this.#partWeight += payload.length + FRAME_WEIGHT;
    if (this.#partBytes > LIMITS.routeMessageBytes) {
      throw new DecodeError('payload', `Cannot read frame: payload: a message above ${LIMITS.routeMessageBytes} bytes`);
    }
    if (!more) this.#finish();
    else if (this.#ready.length === 0) this.#takeParts();
  }

  #finish(): void {
    const message = this.#parts.length === 1 ? (this.#parts[0] as Uint8Array) : concat(...this.#parts);
    this.#ready.push({ message, seq: this.#arrived, weight: this.#partWeight });
    this.#parts = [];
    this.#partBytes = 0;
    this.#partWeight = 0;
  }

  /** What stands before the message at hand was handed up: its beginning need not be held against the sender. */
  #takeParts(): void {
    this.#taken = this.#arrived;
    this.#held -= this.#partWeight;
    this.#partWeight = 0;
  }
}

/** A few bytes that wait must not keep the large buffer in memory that they came in. */
const alone = (bytes: Uint8Array): Uint8Array => (bytes.length * 2 < bytes.buffer.byteLength ? bytes.slice() : bytes);

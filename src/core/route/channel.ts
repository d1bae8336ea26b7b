/**
 * What two sessions say to each other, whichever paths it takes: what is sent where, what is sent again, what is
 * acknowledged when (spec/10-route.md#choosing). A restart of the other end begins a new one.
 */
import { choose } from './choice.ts';
import { type Data, encodeFrame } from './frame.ts';
import { Inbox } from './inbox.ts';
import { type Entry, Outbox } from './outbox.ts';
import type { Path } from './path.ts';

type Emit = (path: Path, frame: Uint8Array) => void;

const ACK_MS = 20;
const ACK_FRAMES = 16;
/** An ack follows its pong within this time; the next time twice that, for an end that never acknowledges. */
const GRACE_MS = 60;
const MOST_DOUBLINGS = 6;
/** So long after data came, the paths are still watched closely: an answer may have to go. */
const BUSY_MS = 400;
const PROBE_MS = 1000;
const NEVER = Number.POSITIVE_INFINITY;

export class Channel {
  readonly outbox: Outbox;
  readonly inbox: Inbox;
  #best: Path | undefined;
  #second: Path | undefined;
  /** To be sent again, oldest first. */
  #again: Entry[] = [];
  /** A pong says that these arrived or were lost; the ack decides. */
  #landed: { readonly entry: Entry; readonly at: number }[] = [];
  #ackPaths: Path[] = [];
  #ackAt = NEVER;
  #ackFrames = 0;
  #ackTaken = 0;
  #receivedAt = Number.NEGATIVE_INFINITY;
  #probeAt = NEVER;

  constructor(storeBytes: number, windowBytes: number) {
    this.outbox = new Outbox(storeBytes);
    this.inbox = new Inbox(windowBytes);
  }

  isBusy(now: number): boolean {
    return this.outbox.isUnderWay || now - this.#receivedAt < BUSY_MS;
  }

  rankOf(path: Path): 0 | 1 | 2 {
    return path === this.#best ? 1 : path === this.#second ? 2 : 0;
  }

  /** A path carries from now on; it said what the other end takes ahead. */
  join(peerWindow: number): void {
    this.outbox.peerWindow = peerWindow;
  }

  /** A path is up no more: what was under way over it alone takes another, and so does the word of what came. */
  leave(path: Path): void {
    const entries = path.isRetired ? path.abandon() : path.flights;
    if (path.isRetired) for (const entry of entries) drop(entry.on, path);
    this.#sendAgain(entries);
    if (path.hasAckUnderWay || this.#ackPaths.includes(path)) this.#ackAt = Number.NEGATIVE_INFINITY;
    drop(this.#ackPaths, path);
  }

  /** Throws DecodeError. */
  receive(path: Path, data: Data, now: number): void {
    this.inbox.add(data);
    this.#receivedAt = now;
    this.#ackFrames++;
    this.#acknowledgeOver(path, this.#ackFrames >= ACK_FRAMES ? now : now + ACK_MS);
  }

  landed(path: Path, entries: readonly Entry[], now: number): void {
    for (const entry of entries) {
      drop(entry.on, path);
      if (entry.frame === undefined) continue;
      const grace = GRACE_MS * 2 ** Math.min(entry.losses++, MOST_DOUBLINGS);
      insert(this.#landed, { entry, at: now + grace });
    }
  }

  pump(paths: readonly Path[], now: number, emit: Emit): void {
    this.#settleLanded(now);
    const before = this.#best;
    [this.#best, this.#second] = choose(paths, before);
    if (before?.isUp === false) this.#best?.takeOver(before);
    if (this.#best !== undefined) this.#sendOver(this.#best, now, emit);
    this.#acknowledge(now, emit);
  }

  wakeAt(): number {
    const landed = this.#landed[0]?.at ?? NEVER;
    return this.#best === undefined ? landed : Math.min(landed, this.#ackAt, this.#probeAt);
  }

  #sendOver(best: Path, now: number, emit: Emit): void {
    let done = 0;
    for (; done < this.#again.length && best.hasRoom; done++) {
      const entry = this.#again[done] as Entry;
      if (entry.frame !== undefined && !isOnTheWay(entry)) this.#emit(entry, entry.frame, now, emit);
    }
    this.#again.splice(0, done);
    for (let entry = this.outbox.next(); entry?.frame !== undefined && best.hasRoom; entry = this.outbox.next()) {
      this.outbox.advance(entry);
      this.#emit(entry, entry.frame as Uint8Array, now, emit);
    }
    this.#probe(best, now, emit);
  }

  #emit(entry: Entry, frame: Uint8Array, now: number, emit: Emit): void {
    const second = entry.isUrgent && this.#second?.hasRoom ? this.#second : undefined;
    for (const path of [this.#best, second]) {
      if (path === undefined || entry.on.includes(path)) continue;
      entry.on.push(path);
      emit(path, path.data(entry, frame));
      if (path.isPingOwed) emit(path, path.ping(now));
    }
  }

  /** Where the window is closed and nothing under way could open it, asks for an ack by a number that is known. */
  #probe(best: Path, now: number, emit: Emit): void {
    if (!this.outbox.isBlocked || this.outbox.isUnderWay) this.#probeAt = NEVER;
    else if (this.#probeAt === NEVER) this.#probeAt = now + PROBE_MS;
    else if (now >= this.#probeAt) {
      this.#probeAt = now + PROBE_MS;
      const seq = this.outbox.arrived;
      const bytes = encodeFrame({ kind: 'data', seq, more: false, payload: new Uint8Array(0) });
      best.tally.sent(bytes.length);
      emit(best, bytes);
    }
  }

  #settleLanded(now: number): void {
    let due = 0;
    while ((this.#landed[due]?.at ?? NEVER) <= now) due++;
    if (due > 0) this.#sendAgain(this.#landed.splice(0, due).map(({ entry }) => entry));
  }

  #sendAgain(entries: readonly Entry[]): void {
    const lost = entries.filter((entry) => entry.frame !== undefined && !isOnTheWay(entry));
    if (lost.length === 0) return;
    this.#again = [...new Set([...this.#again, ...lost])].sort((a, b) => a.seq - b.seq);
  }

  #acknowledgeOver(path: Path, at: number): void {
    if (this.#ackPaths[0] !== path)
      this.#ackPaths = [path, ...this.#ackPaths.filter((one) => one !== path)].slice(0, 2);
    this.#ackAt = Math.min(this.#ackAt, at);
  }

  #acknowledge(now: number, emit: Emit): void {
    if (this.inbox.taken > this.#ackTaken) this.#ackAt = Math.min(this.#ackAt, now + ACK_MS);
    if (now < this.#ackAt) return;
    const ways = this.#ackWays();
    if (ways.length === 0) return;
    const ack = this.inbox.ack();
    const frame = encodeFrame(ack);
    for (const path of ways) emit(path, path.ack(frame));
    this.#ackPaths = [];
    this.#ackAt = NEVER;
    this.#ackFrames = 0;
    this.#ackTaken = ack.taken;
  }

  /** Those by which data came, and one that shares nothing with them: what an ack spares is dear, and it is small. */
  #ackWays(): Path[] {
    const groups = this.#ackPaths.filter((path) => path.isUp).map(({ group }) => group);
    const other = [this.#best, this.#second].find((path) => path !== undefined && !groups.includes(path.group));
    const needsOther = other !== undefined && groups.length < 2 && !this.#ackPaths.includes(other);
    return needsOther ? [...this.#ackPaths, other] : [...this.#ackPaths];
  }
}

/** In order of their times; mostly at the end. */
function insert<T extends { readonly at: number }>(list: T[], item: T): void {
  const after = list.findLastIndex(({ at }) => at <= item.at);
  list.splice(after + 1, 0, item);
}

const isOnTheWay = (entry: Entry): boolean => entry.on.some((path) => path.isUp);

function drop<T>(list: T[], item: T): void {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
}

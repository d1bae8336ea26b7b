/**
 * One reliable, ordered channel of messages between two peers over all the paths that they have to each other
 * (spec/10-route.md). What matters goes over two paths that share nothing, all else over the best; each message comes
 * out once, in order, whichever paths die, fall silent or come back. A pure state machine: frames, times and the
 * session's random bytes are handed in, and `take` says what to do next.
 *
 * It leaves out: encryption and who the other end is (the paths' business), which paths to dial, and what survives a
 * restart of the process (the layer above gives it again once it is told).
 */
import { DecodeError, UsageError } from '../errors.ts';
import { LIMITS } from '../registry.ts';
import { Channel } from './channel.ts';
import { type Accept, decodeFrame, isSame, type Open, SESSION_BYTES } from './frame.ts';
import { Path, type PathReport, REST_PING_MS } from './path.ts';

export type { PathReport, PathState } from './path.ts';

export interface BondOptions {
  /** Sixteen random bytes, new for each bond. */
  readonly session: Uint8Array;
  /** Milliseconds of a clock that never goes back. */
  readonly now: number;
  /** Bytes that are kept for the other end until it has acknowledged them. */
  readonly storeBytes?: number;
  /** Bytes that the other end may send ahead of what was taken here. */
  readonly windowBytes?: number;
}

export interface Step {
  /** To be sent, in order for each path. */
  readonly frames: readonly { readonly path: string; readonly frame: Uint8Array }[];
  /** Received: each once, in order. */
  readonly messages: readonly Uint8Array[];
  /** The other end has forgotten everything: what was not acknowledged is given up, and must be given again. */
  readonly restarted: boolean;
  /** Paths that are of no use any more: close them, then `removePath`. */
  readonly close: readonly string[];
  /** When to call `take` again at the latest; undefined: nothing to wait for. */
  readonly wakeAt: number | undefined;
}

export interface Bond {
  /** A path stands. Throws UsageError for an id that is there, or too many paths. */
  addPath(id: string, about: { readonly group: string }, now: number): void;
  /** It has ended, or is to be used no more. What was under way over it takes another. */
  removePath(id: string, now: number): void;
  /** False: full, and nothing was taken; try again once `room` suffices. Throws UsageError for a message too long. */
  send(message: Uint8Array, options: { readonly urgent?: boolean }, now: number): boolean;
  /** A frame came; its bytes are the bond's from now on. Throws DecodeError: close that path. */
  receive(pathId: string, frame: Uint8Array, now: number): void;
  /** What is to be done now, with at most so many messages. Call it after any of the above, and when `wakeAt` comes. */
  take(now: number, atMost?: number): Step;
  paths(): PathReport[];
  /** Bytes of the largest message that `send` would take now. */
  readonly room: number;
  /** Bytes that were sent or wait to be, and are not acknowledged. */
  readonly held: number;
}

const DEFAULT_BYTES = 4_194_304;
const PAST_SESSIONS = 16;
/** Woken so much later than asked for, we were late ourselves: what has come meanwhile is read first. */
const LATE_MS = 100;
const EXCUSED_MS = 50;

export function createBond(options: BondOptions): Bond {
  return new Machine(options);
}

class Machine implements Bond {
  readonly #session: Uint8Array;
  readonly #window: number;
  readonly #store: number;
  readonly #paths = new Map<string, Path>();
  readonly #close = new Set<string>();
  #channel: Channel;
  #peer: Uint8Array | undefined;
  #past: Uint8Array[] = [];
  #heardAt = Number.NEGATIVE_INFINITY;
  #restarted = false;
  #now: number;
  #wakeAt = Number.POSITIVE_INFINITY;

  constructor({ session, now, storeBytes = DEFAULT_BYTES, windowBytes = DEFAULT_BYTES }: BondOptions) {
    checkOptions(session, storeBytes, windowBytes);
    this.#session = session.slice();
    this.#now = now;
    this.#store = storeBytes;
    this.#window = windowBytes;
    this.#channel = new Channel(storeBytes, windowBytes);
  }

  get room(): number {
    return this.#channel.outbox.room;
  }

  get held(): number {
    return this.#channel.outbox.held;
  }

  addPath(id: string, { group }: { readonly group: string }, now: number): void {
    this.#tick(now);
    if (this.#paths.has(id)) throw new UsageError(`Cannot add path ${id}: it is there already`);
    if (this.#paths.size >= LIMITS.routePaths) {
      throw new UsageError(`Cannot add path ${id}: expected at most ${LIMITS.routePaths} paths`);
    }
    const phase = ((this.#session[0] ?? 0) * 0x100 + (this.#session[1] ?? 0)) % REST_PING_MS;
    this.#paths.set(id, new Path(id, group, this.#now, phase));
  }

  removePath(id: string, now: number): void {
    this.#tick(now);
    const path = this.#paths.get(id);
    if (path === undefined) return;
    this.#retire(path);
    this.#paths.delete(id);
    this.#close.delete(id);
  }

  send(message: Uint8Array, { urgent = false }: { readonly urgent?: boolean }, now: number): boolean {
    this.#tick(now);
    if (message.length > LIMITS.routeMessageBytes) {
      const limit = LIMITS.routeMessageBytes;
      throw new UsageError(`Cannot send: expected a message of at most ${limit} bytes, got ${message.length}`);
    }
    return this.#channel.outbox.push(message, urgent);
  }

  receive(pathId: string, bytes: Uint8Array, now: number): void {
    this.#tick(now);
    const path = this.#paths.get(pathId);
    if (path === undefined || path.isRetired) return;
    path.tally.received(bytes.length);
    try {
      this.#receive(path, bytes);
    } catch (error) {
      this.#retire(path);
      throw error;
    }
  }

  take(now: number, atMost = Number.POSITIVE_INFINITY): Step {
    this.#tick(now);
    const paths = this.#review();
    const messages = this.#channel.inbox.take(atMost);
    const frames = this.#speak(paths);
    const isBusy = this.#channel.isBusy(this.#now);
    this.#wakeAt = Math.min(this.#channel.wakeAt(), ...paths.map((path) => path.wakeAt(isBusy)));
    const wakeAt = this.#wakeAt === Number.POSITIVE_INFINITY ? undefined : this.#wakeAt;
    const step = { frames, messages, restarted: this.#restarted, close: [...this.#close], wakeAt };
    this.#restarted = false;
    this.#close.clear();
    return step;
  }

  paths(): PathReport[] {
    return [...this.#paths.values()].map((path) => path.report(this.#channel.rankOf(path)));
  }

  #tick(now: number): void {
    if (now > Math.max(this.#wakeAt, this.#now) + LATE_MS) {
      for (const path of this.#paths.values()) path.excuse(now + EXCUSED_MS);
    }
    this.#now = Math.max(now, this.#now);
  }

  /** The paths that are of use, as they stand now. */
  #review(): Path[] {
    for (const path of this.#paths.values()) {
      if (path.isRetired) continue;
      if (path.update(this.#now)) this.#channel.leave(path);
      if (path.isSpent(this.#now)) this.#discard(path);
    }
    return [...this.#paths.values()].filter((path) => !path.isRetired);
  }

  /** Pings come last: their answers confirm what went before. */
  #speak(paths: readonly Path[]): Step['frames'] {
    const now = this.#now;
    const frames: { path: string; frame: Uint8Array }[] = [];
    const emit = (path: Path, frame: Uint8Array | undefined) => {
      if (frame !== undefined) frames.push({ path: path.id, frame });
    };
    for (const path of paths) {
      if (path.isOpenDue(now)) emit(path, path.open(this.#session, this.#window, now));
      emit(path, path.accept(this.#session));
      emit(path, path.pong());
    }
    this.#channel.pump(paths, now, emit);
    const isBusy = this.#channel.isBusy(now);
    for (const path of paths) if (path.isPingDue(now, isBusy)) emit(path, path.ping(now));
    return frames;
  }

  #receive(path: Path, bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    if (path.isReady) this.#heardAt = this.#now;
    switch (frame.kind) {
      case 'open':
        this.#opened(path, frame);
        return;
      case 'accept':
        this.#accepted(path, frame);
        return;
      case 'ping':
        path.pongDue = Math.max(frame.number, path.pongDue ?? 0);
        return;
      case 'pong':
        this.#channel.landed(path, path.ponged(frame.number, frame.arrived, this.#now), this.#now);
        return;
      case 'data':
        if (path.isReady) this.#channel.receive(path, frame, this.#now);
        return;
      case 'ack':
        if (path.isReady) this.#channel.outbox.acknowledge(frame);
    }
  }

  #opened(path: Path, open: Open): void {
    if (isSame(this.#session, open.session)) refuseSession('the own one came back');
    path.belongsTo(open.session);
    path.peerOpen = open;
    path.acceptDue = open;
    this.#greet(path, open.session);
  }

  #accepted(path: Path, { session, heard, number }: Accept): void {
    if (!isSame(this.#session, heard)) refuseSession('the answer is for another one');
    path.belongsTo(session);
    path.accepted(number, this.#now);
    this.#greet(path, session);
  }

  /** Both ends have proved that they hear each other: the path joins, or brings news of a restart. */
  #greet(path: Path, session: Uint8Array): void {
    if (this.#past.some((past) => isSame(past, session))) {
      this.#discard(path);
      return;
    }
    if (path.isReady || path.peerOpen === undefined || path.acceptedAt === undefined) return;
    if (this.#peer !== undefined && !isSame(this.#peer, session)) {
      if (path.acceptedAt <= this.#heardAt) {
        path.acceptedAt = undefined;
        return;
      }
      this.#restart(this.#peer);
    }
    this.#peer = session;
    this.#heardAt = this.#now;
    path.isReady = true;
    this.#channel.join(path.peerOpen.window);
  }

  #restart(past: Uint8Array): void {
    this.#past = [...this.#past, past].slice(-PAST_SESSIONS);
    for (const path of this.#paths.values()) {
      if (isSame(path.session, past)) this.#discard(path);
    }
    this.#channel = new Channel(this.#store, this.#window);
    this.#restarted = true;
  }

  #discard(path: Path): void {
    this.#retire(path);
    this.#close.add(path.id);
  }

  #retire(path: Path): void {
    path.retire(this.#now);
    this.#channel.leave(path);
  }
}

function refuseSession(detail: string): never {
  throw new DecodeError('session', `Cannot read frame: session: ${detail}`);
}

function checkOptions(session: Uint8Array, storeBytes: number, windowBytes: number): void {
  if (session.length !== SESSION_BYTES) {
    throw new UsageError(`Cannot make a bond: expected a session of ${SESSION_BYTES} bytes, got ${session.length}`);
  }
  const least = LIMITS.routeMessageBytes * 2;
  if (storeBytes < least) throw new UsageError(`Cannot make a bond: expected storeBytes of at least ${least}`);
  if (windowBytes < LIMITS.routeLeastWindow) {
    throw new UsageError(`Cannot make a bond: expected windowBytes of at least ${LIMITS.routeLeastWindow}`);
  }
}

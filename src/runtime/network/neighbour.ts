/**
 * Another peer that this one is connected with: one bond over all paths between the two (core/route), and over the bond
 * one session (core/sync). Paths come and go beneath; the session does not notice, unless the other side restarts.
 */
import { compare, toHex } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';
import type { Clock, Random, Sha256 } from '../../core/ports.ts';
import { type Bond, createBond, type PathReport } from '../../core/route/bond.ts';
import type { Hello } from '../../core/sync/session/hello.ts';
import type { Wants } from '../../core/sync/session/wants.ts';
import type { TransportStream } from '../../core/transport.ts';
import type { BlobTraffic } from './blob-traffic.ts';
import { createDriver, type Driver } from './driver.ts';
import type { EntryTraffic } from './entry-traffic.ts';
import type { FramedStream } from './framing.ts';
import type { Gate } from './gate.ts';
import { createPathPump, type PathPump } from './path-pump.ts';
import type { Keeper } from './sets/types.ts';

export const WINDOW_BYTES = 4_194_304;
/** How long an end of all paths is taken for a moment's trouble. */
const PATIENCE_MS = 60_000;
const SESSION_BYTES = 16;
const MESSAGES_AT_ONCE = 64;

/** Bytes of all paths to a peer, of those that ended too. */
export interface Tally {
  sent: number;
  received: number;
}

export interface NeighbourParts {
  readonly sha256: Sha256;
  readonly random: Random;
  readonly clock: Clock;
  readonly keepers: readonly Keeper[];
  readonly entries: EntryTraffic | undefined;
  readonly blobs: BlobTraffic;
  /** This peer's key. */
  readonly peer: Uint8Array;
  readonly wants: Wants;
  readonly gate: Gate;
  /** Counted on. */
  readonly tally: Tally;
  allow(wants: Wants, hello: Hello): Wants;
  /** Something about it changed: a path, or whether it is settled. */
  onChange(): void;
  /** None of its paths answers; another should be dialled. */
  onLost(): void;
  /** It is over: refused, or away for too long. */
  onGone(reason: string): void;
  onError(error: unknown): void;
}

export interface NeighbourPath extends PathReport {
  readonly address: string;
  readonly transport: TransportStream['passage'];
}

export interface Neighbour {
  /** What it said of itself last. */
  readonly hello: Hello;
  add(line: FramedStream, hello: Hello): void;
  paths(): NeighbourPath[];
  readonly isSettled: boolean;
  want(wants: Wants): void;
  /** Says goodbye, and closes all paths once that is on its way. */
  end(reason: string): Promise<void>;
}

export function createNeighbour(parts: NeighbourParts, first: Hello): Neighbour {
  const { clock, random, peer } = parts;
  const pumps = new Map<string, { readonly pump: PathPump; readonly stream: TransportStream }>();
  const isDialer = compare(peer, first.certificate.peer) < 0;
  let hello = first;
  let time = clock.now();
  let shift = 0;
  const bond: Bond = createBond({ session: random(SESSION_BYTES), now: time });
  let driver: Driver | undefined;
  let wants = parts.wants;
  let stopWaiting = () => {};
  let stopWaking = () => {};
  let count = 0;
  let isOver = false;
  let stepping = false;
  let isLost = false;

  /** The bond's clock never goes back, and goes on where the machine's was set back. */
  const now = (): number => {
    const told = clock.now() + shift;
    if (told < time) shift += time - told;
    time = Math.max(time, told);
    return time;
  };
  const begin = (): Driver =>
    createDriver({
      ...{ ...parts, isDialer, wants, credit: hello.window, granted: WINDOW_BYTES },
      allow: (theirs) => parts.allow(theirs, hello),
      objection(bytes) {
        const { peer: giver } = first.certificate;
        const problem = parts.gate.take(giver, bytes);
        if (problem !== undefined) parts.gate.refused(toHex(giver));
        return problem;
      },
      send(message, urgent) {
        const isTaken = bond.send(message, { urgent }, now());
        step();
        return isTaken;
      },
      onSettled: parts.onChange,
      onEnd: (reason) => void finish(reason),
    });
  const restart = (): void => {
    driver?.drop();
    driver = begin();
  };
  const transmit = (frames: readonly { readonly path: string; readonly frame: Uint8Array }[]): void => {
    for (const { path, frame } of frames) {
      parts.tally.sent += frame.length;
      pumps.get(path)?.pump.send(frame);
    }
  };
  /** Does what the bond says is to be done. */
  const step = (): void => {
    if (stepping || isOver) return;
    stepping = true;
    let wakeAt: number | undefined;
    for (let isMore = true; isMore && !isOver; ) {
      const { frames, messages, restarted, close, wakeAt: wake } = bond.take(now(), MESSAGES_AT_ONCE);
      transmit(frames);
      for (const path of close) remove(path, true);
      if (restarted) restart();
      for (const message of messages) driver?.receive(message);
      isMore = messages.length + frames.length > 0;
      wakeAt = wake;
    }
    stepping = false;
    driver?.room();
    stopWaking();
    if (wakeAt === undefined || isOver) return;
    stopWaking = clock.after(Math.max(0, wakeAt - now()), () => {
      step();
      notice();
    });
  };
  /** Silence shows as time goes by, so that nothing else has to look for it. */
  const notice = (): void => {
    const wasLost = isLost;
    isLost = bond.paths().every(({ state }) => state === 'down');
    if (isOver || isLost === wasLost) return;
    driver?.reach(!isLost);
    parts.onChange();
    if (isLost) parts.onLost();
  };
  const remove = (id: string, isBroken: boolean): void => {
    const path = pumps.get(id);
    if (path === undefined) return;
    pumps.delete(id);
    if (isBroken) path.stream.abort();
    bond.removePath(id, now());
    if (pumps.size === 0) stopWaiting = clock.after(PATIENCE_MS, () => void finish('it was away for too long'));
    parts.onChange();
    notice();
  };
  /** The new path stands for those like it that do not answer any more. */
  const replace = (by: string, passage: TransportStream['passage']): void => {
    for (const { id, state } of bond.paths()) {
      if (id !== by && state === 'down' && pumps.get(id)?.stream.passage === passage) remove(id, true);
    }
  };
  const receive = (id: string, frame: Uint8Array): void => {
    if (!pumps.has(id)) return;
    parts.tally.received += frame.length;
    try {
      bond.receive(id, frame, now());
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      remove(id, true);
    }
    step();
  };
  const finish = async (reason: string): Promise<void> => {
    if (isOver) return;
    // A goodbye that a message brought about goes out all the same.
    if (stepping) transmit(bond.take(now(), 0).frames);
    else step();
    isOver = true;
    driver?.drop();
    stopWaiting();
    stopWaking();
    const ending = [...pumps.values()].map(({ pump }) => pump.close());
    pumps.clear();
    parts.onGone(reason);
    await Promise.all(ending);
  };

  return {
    get hello() {
      return hello;
    },
    add(line, latest) {
      if (isOver) return line.stream.abort();
      hello = latest;
      stopWaiting();
      const id = String(++count);
      const { stream } = line;
      const pump = createPathPump(line, {
        onFrame: (frame) => receive(id, frame),
        onEnd: () => {
          remove(id, true);
          step();
        },
      });
      pumps.set(id, { pump, stream });
      bond.addPath(id, { group: stream.relay ?? stream.passage }, now());
      driver ??= begin();
      step();
      pump.start();
      replace(id, stream.passage);
      notice();
      parts.onChange();
    },
    paths: () =>
      bond.paths().flatMap((report) => {
        const path = pumps.get(report.id);
        return path === undefined ? [] : [{ ...report, address: path.stream.address, transport: path.stream.passage }];
      }),
    get isSettled() {
      return driver?.isSettled === true;
    },
    want(next) {
      wants = next;
      driver?.want(next);
      step();
    },
    async end(reason) {
      driver?.end(reason);
      await finish(reason);
    },
  };
}

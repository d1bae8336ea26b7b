/** What a simulation runs in: a clock that jumps from event to event, dice that a seed decides, and links that fail. */
import { createHash } from 'node:crypto';

export const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());

/** mulberry32: small, and the same everywhere. */
export function createDice(seed: number) {
  let state = seed >>> 0;
  const roll = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    chance: (probability: number): boolean => roll() < probability,
    below: (limit: number): number => Math.floor(roll() * limit),
    pick: <T>(from: readonly T[]): T => from[Math.floor(roll() * from.length)] as T,
  };
}

export type Dice = ReturnType<typeof createDice>;

/** Events in the order of their times; of one time, in the order in which they were planned. */
export function createWorld() {
  const queue: { at: number; order: number; run: () => void }[] = [];
  let now = 0;
  let order = 0;
  const isBefore = (a: number, b: number): boolean => {
    const [x, y] = [queue[a], queue[b]];
    return x !== undefined && y !== undefined && (x.at - y.at || x.order - y.order) < 0;
  };
  const swap = (a: number, b: number): void => {
    const kept = queue[a];
    queue[a] = queue[b] as (typeof queue)[0];
    queue[b] = kept as (typeof queue)[0];
  };
  const pop = () => {
    swap(0, queue.length - 1);
    const first = queue.pop();
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (isBefore(left, least)) least = left;
      if (isBefore(right, least)) least = right;
      if (least === at) return first;
      swap(at, least);
      at = least;
    }
  };
  return {
    now: () => now,
    after(ms: number, run: () => void): void {
      queue.push({ at: now + ms, order: order++, run });
      for (let at = queue.length - 1; at > 0; ) {
        const up = (at - 1) >> 1;
        if (!isBefore(at, up)) return;
        swap(at, up);
        at = up;
      }
    },
    /** Until that time, or until nothing is planned. False where it took too many events. */
    run(until: number, most = 5_000_000): boolean {
      for (let i = 0; i < most; i++) {
        const [first] = queue;
        if (first === undefined || first.at > until) {
          now = until;
          return true;
        }
        now = first.at;
        pop()?.run();
      }
      return false;
    },
  };
}

export type World = ReturnType<typeof createWorld>;

/**
 * How far the heap may grow before it is collected, while much flows. The engine counts buffers that are in use no more
 * as growth, and collects all of a small heap for every few megabytes of them: in a transfer that is half of the
 * processor's work. So while bytes pass by quickly the heap may hold 64 MB of them, and soon afterwards as little as
 * before (decisions/0029-speed-between-peers.md).
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';

export interface PaceParts {
  now(): number;
  /** Calls back in that many milliseconds. */
  after(ms: number, task: () => void): void;
  /** Lets the heap grow by some megabytes; undefined: as far as it did before. */
  grow(bytes: number | undefined): void;
}

const QUICK_BYTES = 4_194_304;
const LOOK_MS = 1000;
const GARBAGE_BYTES = 67_108_864;

/** What it returns is told of all bytes that pass. */
export function createPace({ now, after, grow }: PaceParts): (bytes: number) => void {
  let passed = 0;
  let since = Number.NEGATIVE_INFINITY;
  let isQuick = false;

  const relax = (): void => {
    isQuick = true;
    passed = 0;
    grow(GARBAGE_BYTES);
    after(LOOK_MS, look);
  };
  /** The heap's size changes: so does what it may grow by. */
  const look = (): void => {
    since = now();
    if (passed >= QUICK_BYTES) {
      relax();
      return;
    }
    isQuick = false;
    passed = 0;
    grow(undefined);
  };
  return (bytes) => {
    passed += bytes;
    if (isQuick || passed < QUICK_BYTES) return;
    const before = since;
    since = now();
    passed = 0;
    if (since - before < LOOK_MS) relax();
  };
}

const FLAG = '--heap-growing-percent=';
const LEAST_PERCENT = 30;
const MOST_PERCENT = 500;
/** 0 leaves it to the engine. */
const usual = process.execArgv.findLast((flag) => flag.startsWith(FLAG)) ?? `${FLAG}0`;

/** So many bytes go through this process. */
export const bytesPass = createPace({
  now: () => performance.now(),
  after: (ms, task) => void setTimeout(task, ms).unref(),
  grow(bytes) {
    if (bytes === undefined) {
      setFlagsFromString(usual);
      return;
    }
    const percent = Math.round((bytes / getHeapStatistics().used_heap_size) * 100);
    setFlagsFromString(`${FLAG}${Math.min(MOST_PERCENT, Math.max(LEAST_PERCENT, percent))}`);
  },
});

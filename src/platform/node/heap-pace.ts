/**
 * How far the heap may grow before it is collected, while much flows. The engine counts buffers that are in use no more
 * as growth, and collects all of a small heap for every few megabytes of them: in a transfer that is half of the
 * processor's work. So while bytes pass by quickly the heap may hold 64 MB of them, and soon afterwards as little as
 * before (decisions/0009-benchmarks.md says how little that is).
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';

const QUICK_BYTES = 4_194_304;
const LOOK_MS = 1000;
const GARBAGE_BYTES = 67_108_864;
const LEAST_PERCENT = 30;
const MOST_PERCENT = 500;
const FLAG = '--heap-growing-percent=';
/** 0 leaves it to the engine. */
const usual = process.execArgv.findLast((flag) => flag.startsWith(FLAG)) ?? `${FLAG}0`;

let passed = 0;
let since = 0;
let isRelaxed = false;

/** So many bytes go through this process. */
export function bytesPass(bytes: number): void {
  passed += bytes;
  if (passed < QUICK_BYTES || isRelaxed) return;
  const now = performance.now();
  if (now - since < LOOK_MS) relax();
  since = now;
  passed = 0;
}

function relax(): void {
  isRelaxed = true;
  const { used_heap_size: used } = getHeapStatistics();
  const percent = Math.round((GARBAGE_BYTES / used) * 100);
  setFlagsFromString(`${FLAG}${Math.min(MOST_PERCENT, Math.max(LEAST_PERCENT, percent))}`);
  setTimeout(look, LOOK_MS).unref();
}

/** The heap's size changes: so does what it may grow by. */
function look(): void {
  const isQuick = passed >= QUICK_BYTES;
  passed = 0;
  since = performance.now();
  isRelaxed = isQuick;
  if (isQuick) relax();
  else setFlagsFromString(usual);
}

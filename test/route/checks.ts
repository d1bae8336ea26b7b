/** Runs simulations for many seeds; a failure names its seed. What they return is a line about what was seen. */
import assert from 'node:assert/strict';
import { type Fault, gapOf, troubledTalk } from './simulation.ts';

export function checkTalks(first: number, count: number): string {
  let delivered = 0;
  let restarts = 0;
  for (let seed = first; seed < first + count; seed++) {
    const run = withSeed(seed, () => troubledTalk(seed));
    delivered += run.delivered;
    restarts += run.restarts;
  }
  if (count > 50) assert.ok(restarts > 0 && delivered > count * 100, 'the runs were not empty');
  return `${count} seeds from ${first}: ${delivered} messages, ${restarts} restarts noticed`;
}

export function checkGaps(kind: Fault['kind'], first: number, count: number): string {
  const { bulk, urgent } = gapsOf(kind, first, count);
  const line = (list: number[]) => `median ${at(list, 0.5)} ms, longest ${at(list, 1)} ms`;
  return `${bulk.length} runs each: bulk ${line(bulk)}; urgent ${line(urgent)}`;
}

/** The gaps of that many runs, ascending; throws for one of a second. */
export function gapsOf(kind: Fault['kind'], first: number, count: number): { bulk: number[]; urgent: number[] } {
  const run = (seed: number, urgent: boolean): number => {
    const gap = withSeed(seed, () => gapOf({ seed, kind, urgent, size: seed % 2 === 0 ? 200 : 8000 }));
    assert.ok(gap < 1000, `seed ${seed}, ${urgent ? 'urgent' : 'bulk'}: a gap of ${gap.toFixed()} ms`);
    return gap;
  };
  const runs = (urgent: boolean) =>
    Array.from({ length: count }, (_, i) => run(first + i, urgent)).sort((a, b) => a - b);
  return { bulk: runs(false), urgent: runs(true) };
}

const at = (sorted: readonly number[], share: number): string =>
  (sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN).toFixed();

function withSeed<T>(seed: number, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new Error(`seed ${seed} fails; SEED=${seed} runs it alone`, { cause: error });
  }
}

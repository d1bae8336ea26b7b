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
  const gaps: number[] = [];
  for (let seed = first; seed < first + count; seed++) {
    for (const urgent of [false, true]) {
      const { gap } = withSeed(seed, () => gapOf({ seed, kind, urgent, size: 200 }));
      assert.ok(gap < 1000, `seed ${seed}, ${urgent ? 'urgent' : 'bulk'}: a gap of ${gap.toFixed()} ms`);
      gaps.push(gap);
    }
  }
  const bulk = gaps.filter((_, i) => i % 2 === 0).sort((a, b) => a - b);
  const urgent = gaps.filter((_, i) => i % 2 === 1).sort((a, b) => a - b);
  const line = (list: number[]) => `median ${at(list, 0.5)} ms, longest ${at(list, 1)} ms`;
  return `${gaps.length} runs: bulk ${line(bulk)}; urgent ${line(urgent)}`;
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

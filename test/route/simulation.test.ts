/** Hundreds of runs; SEED=n runs that one alone, SEEDS=n that many. Thousands: simulation.long.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkGaps, checkTalks } from './checks.ts';
import { gapOf } from './simulation.ts';

const [first, count] = process.env.SEED ? [Number(process.env.SEED), 1] : [1, Number(process.env.SEEDS ?? 200)];

test('whatever happens to the paths, each message comes out once and in order', (t) => {
  t.diagnostic(checkTalks(first, count));
});

for (const kind of ['killed', 'frozen', 'half frozen'] as const) {
  test(`when the best path is ${kind}, the gap is under a second`, (t) => {
    t.diagnostic(checkGaps(kind, first, Math.ceil(count / 10)));
  });
}

test('a path that takes over a load does not begin from nothing', () => {
  const gap = gapOf({ seed: 43, kind: 'half frozen', urgent: false, size: 16_000 });
  assert.ok(gap < 1000, `${gap} ms`);
});

/** Thousands of runs. SEED and SEEDS choose; SEED=n SEEDS=1 runs that one alone. */
import { test } from 'node:test';
import { checkGaps, checkTalks } from './checks.ts';

const first = Number(process.env.SEED ?? 10_000);
const count = Number(process.env.SEEDS ?? 3000);

test(`whatever happens to the paths, each message comes out once and in order (${count} seeds)`, (t) => {
  t.diagnostic(checkTalks(first, count));
});

for (const kind of ['killed', 'frozen', 'half frozen'] as const) {
  test(`when the best path is ${kind}, the gap is under a second (${Math.ceil(count / 3)} seeds)`, (t) => {
    t.diagnostic(checkGaps(kind, first, Math.ceil(count / 3)));
  });
}

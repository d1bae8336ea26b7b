/** Thousands of seeds and a hundred peers; PIPES_SIM_FROM and PIPES_SIM_SEEDS choose others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulate } from './run.ts';

const from = Number(process.env.PIPES_SIM_FROM ?? 1000);
const seeds = Number(process.env.PIPES_SIM_SEEDS ?? 3000);

test(`${seeds} seeds from ${from} on converge`, () => {
  for (let seed = from; seed < from + seeds; seed++) {
    assert.deepEqual(simulate(seed).differences, [], `seed ${seed} (PIPES_SIM_SEED=${seed} plays it again)`);
  }
});

test('a hundred peers converge', () => {
  for (const seed of [1, 2, 3]) assert.deepEqual(simulate(seed, 100).differences, [], `seed ${seed}`);
});

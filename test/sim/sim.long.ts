/** Thousands of seeds and a hundred peers; PIPES_SIM_FROM and PIPES_SIM_SEEDS choose others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { playIslands } from './islands.ts';
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

const islands = Number(process.env.PIPES_SIM_ISLANDS ?? 300);

test(`islands of up to four peers that sticks alone join come to hold the same, ${islands} seeds from ${from} on`, async () => {
  for (let seed = from; seed < from + islands; seed++) await playIslands(seed, 4);
});

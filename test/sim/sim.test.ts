import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulate } from './run.ts';

/** A failing seed is played again by PIPES_SIM_SEED=<seed>. */
const only = process.env.PIPES_SIM_SEED;
const SEEDS = only === undefined ? Array.from({ length: 200 }, (_, i) => i + 1) : [Number(only)];

test('after partitions, crashes, old backups, full disks, liars and forks, all honest peers hold the same', () => {
  for (const seed of SEEDS) {
    const { differences } = simulate(seed);
    assert.deepEqual(differences, [], `seed ${seed} (PIPES_SIM_SEED=${seed} plays it again)`);
  }
});

test('thirty peers come to hold the same', () => {
  const { differences, peers, envelopes } = simulate(30, 30);
  assert.deepEqual(differences, []);
  assert.ok(peers >= 29 && envelopes > 0);
});

test('a simulation is the same each time its seed is played', () => {
  assert.deepEqual(simulate(11), simulate(11));
});

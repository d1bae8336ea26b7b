/** Islands that nothing but sticks join; a failing seed is played again by PIPES_SIM_SEED=<seed>. */
import { test } from 'node:test';
import { playIslands } from './islands.ts';

const only = process.env.PIPES_SIM_SEED;
const SEEDS = only === undefined ? Array.from({ length: 16 }, (_, i) => i + 1) : [Number(only)];

test('over sticks that are lost, cut short, old or read twice, two islands come to hold the same, each thing once', async () => {
  for (const seed of SEEDS) await playIslands(seed);
});

/** Every call of a whole write, many times, with other losses each time. SEED and ROUNDS choose; each round is a seed. */
import { test } from 'node:test';
import { unplugEverywhere } from './unplugging.ts';

const SEED = Number(process.env.SEED ?? 1);
const ROUNDS = Number(process.env.ROUNDS ?? 20);

test(`a stick is pulled out at every call, ${ROUNDS} rounds from seed ${SEED}`, async (t) => {
  let times = 0;
  for (let seed = SEED; seed < SEED + ROUNDS; seed++) times += await unplugEverywhere({ seed, step: 1 });
  t.diagnostic(`${times} times pulled out: nothing half-written was believed, and the next try completed it`);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ItemSet } from '../../../core/sync/item-set.ts';
import { createExpiring } from './expiring.ts';

const itemOf = (time: number) => ({
  time,
  id: Uint8Array.from({ length: 32 }, (_, i) => (time >> (8 * (i % 4))) & 255),
});

test('a set through which much passes holds what has not ended, and little more', () => {
  let now = 0;
  const set = new ItemSet();
  const expiring = createExpiring(set, () => now);
  const add = (time: number, expires: number): void => {
    set.add(itemOf(time));
    expiring.add(itemOf(time), expires);
  };
  add(1, 0);
  let most = 0;
  for (now = 2; now < 10_000; now++) {
    add(now, now + 100);
    most = Math.max(most, set.size);
  }
  assert.ok(most <= 512, `${most} held at once`);
  expiring.tidy();
  assert.deepEqual([set.size, set.at(0)?.time], [100, 1], 'what never ends stays');
});

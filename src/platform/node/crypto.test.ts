import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clock } from './crypto.ts';

test('the clock runs a task once, and not after it was cancelled', async () => {
  const ran: string[] = [];
  const cancel = clock.after(1, () => ran.push('cancelled'));
  cancel();
  // An unref'd timer alone would let the process end before it fires.
  const alive = setInterval(() => {}, 1000);
  await new Promise<void>((resolve) => {
    clock.after(2, () => {
      ran.push('run');
      resolve();
    });
  });
  clearInterval(alive);
  assert.deepEqual(ran, ['run']);
});

test('a wait longer than a timer can hold neither fires at once nor keeps the process alive', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const month = 30 * 24 * 3600 * 1000;
  let ran = 0;
  clock.after(month, () => ran++);
  t.mock.timers.tick(2 ** 31 - 1);
  assert.equal(ran, 0);
  t.mock.timers.tick(month);
  assert.equal(ran, 1);
});

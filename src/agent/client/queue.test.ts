import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createQueue } from './queue.ts';

describe('a queue', () => {
  it('gives what was pushed, in order, before and after it was asked for', async () => {
    const queue = createQueue<number>({ high: 10 });
    queue.push(1);
    queue.push(2);
    assert.deepEqual(
      [await queue.next(), await queue.next()].map(({ value }) => value),
      [1, 2],
    );
    const waiting = queue.next();
    queue.push(3);
    assert.equal((await waiting).value, 3);
  });

  it('asks for a pause while more wait than it likes, and for more once they are taken', async () => {
    const said: boolean[] = [];
    const queue = createQueue<number>({ high: 2, onPressure: (isHigh) => said.push(isHigh) });
    for (const each of [1, 2, 3, 4]) queue.push(each);
    assert.deepEqual(said, [true]);
    await queue.next();
    await queue.next();
    assert.deepEqual(said, [true, false]);
  });

  it('takes its reader to be done with one when the next is asked for, and when the loop is left', async () => {
    const done: number[] = [];
    const queue = createQueue<number>({ high: 10, onDone: (item) => done.push(item) });
    for (const each of [1, 2, 3]) queue.push(each);
    for await (const each of queue) {
      if (each === 2) break;
      assert.deepEqual(done, []);
    }
    assert.deepEqual(done, [1, 2]);
  });

  it('gives what waits before it ends, and throws then what it was ended with', async () => {
    const queue = createQueue<number>({ high: 10 });
    queue.push(1);
    queue.end(new Error('lost'));
    queue.push(2);
    assert.equal((await queue.next()).value, 1);
    await assert.rejects(async () => queue.next(), /lost/);
    assert.equal((await queue.next()).done, true);
  });
});

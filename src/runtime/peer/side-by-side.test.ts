import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sideBySide } from './side-by-side.ts';

/** A task that ends when it is told to. */
function task() {
  const state = { begun: false, end: () => {}, fail: (_: Error) => {} };
  const done = new Promise<void>((resolve, reject) => {
    state.end = resolve;
    state.fail = reject;
  });
  const run = () => {
    state.begun = true;
    return done;
  };
  return { state, run };
}

test('no more run than may, and what stands for one is said when all before it are done', async () => {
  const [a, b, c] = [task(), task(), task()];
  const ended: string[] = [];
  const line = sideBySide(2);
  await line.begin(a.run, () => ended.push('a'));
  await line.begin(b.run, () => ended.push('b'));
  const third = line.begin(c.run, () => ended.push('c'));
  b.state.end();
  await new Promise((next) => setImmediate(next));
  assert.deepEqual([c.state.begun, ended], [false, []]);
  a.state.end();
  await third;
  assert.deepEqual([c.state.begun, ended], [true, ['a', 'b']]);
  c.state.end();
  await line.all();
  assert.deepEqual(ended, ['a', 'b', 'c']);
});

test('one that is done is said at once, without waiting for more to begin', async () => {
  const one = task();
  const said = new Promise<void>((settle) => void sideBySide(8).begin(one.run, settle));
  one.state.end();
  await said;
});

test('a failure comes out, and nothing after it is called done', async () => {
  const [a, b] = [task(), task()];
  const ended: string[] = [];
  const heard: unknown[] = [];
  const line = sideBySide(4, (error) => heard.push(error));
  await line.begin(a.run, () => ended.push('a'));
  await line.begin(b.run, () => ended.push('b'));
  b.state.end();
  a.state.fail(new Error('the disk is full'));
  await assert.rejects(line.all(), /the disk is full/);
  assert.deepEqual(ended, []);
  assert.equal(heard.length, 1);
  await assert.rejects(line.begin(b.run), /the disk is full/);
});

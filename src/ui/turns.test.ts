import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inTurns } from './turns.ts';

test('tasks are done one after the other, each in a turn of its own', async () => {
  const done: string[] = [];
  await new Promise<void>((settle) => {
    const step = (name: string) => () => {
      done.push(name);
      queueMicrotask(() => done.push(`after ${name}`));
    };
    inTurns(step('one'), step('two'), () => queueMicrotask(settle));
    done.push('begun');
  });
  assert.deepEqual(done, ['begun', 'one', 'after one', 'two', 'after two']);
});

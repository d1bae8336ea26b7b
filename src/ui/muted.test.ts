import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMuted } from './muted.ts';

function storage(text?: string) {
  const held = new Map(text === undefined ? [] : [['key', text]]);
  return {
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, value: string) => held.set(key, value),
  };
}

test('a channel is muted and heard again, in all tabs', () => {
  const shared = storage();
  const [first, second] = [createMuted(shared, 'key'), createMuted(shared, 'key')];
  first.toggle('main');
  second.refresh();
  assert.deepEqual([...second.channels.value], ['main']);
  second.toggle('garden');
  first.toggle('main');
  assert.deepEqual([...first.channels.value], ['garden']);
});

test('what was damaged mutes nothing', () => {
  for (const text of ['', '{', '3', '{"main":true}', '[1,null]']) {
    assert.equal(createMuted(storage(text), 'key').channels.value.size, 0);
  }
});

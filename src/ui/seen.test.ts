import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSeen, unread } from './seen.ts';

function storage(text?: string) {
  const held = new Map(text === undefined ? [] : [['key', text]]);
  return {
    held,
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, value: string) => void held.set(key, value),
  };
}

test('what was seen is kept, and shared with another tab once it looks again', () => {
  const shared = storage();
  const [first, second] = [createSeen(shared, 'key'), createSeen(shared, 'key')];
  first.mark('main', 7);
  second.refresh();
  second.mark('garden', 2);
  first.refresh();
  assert.deepEqual(Object.fromEntries(first.counts.value), { main: 7, garden: 2 });
});

test('the time of the newest message seen only grows, and is shared too', () => {
  const shared = storage();
  const [first, second] = [createSeen(shared, 'key'), createSeen(shared, 'key')];
  assert.equal(first.since('main'), undefined);
  first.mark('main', 7, 5000);
  first.mark('main', 8, 4000);
  second.refresh();
  assert.equal(second.since('main'), 5000);
  assert.equal(second.counts.value.get('main'), 8);
});

test('a channel called like a property of every object is a channel like others', () => {
  const seen = createSeen(storage(), 'key');
  assert.equal(seen.counts.value.get('constructor'), undefined);
});

test('what was damaged counts as nothing seen', () => {
  for (const text of ['', '{', 'null', '{"main":3}', '[["main","3"],["x",1.5],null,3]']) {
    assert.equal(createSeen(storage(text), 'key').counts.value.size, 0);
  }
});

test('unread is what came since, never less than none', () => {
  assert.equal(unread(5, undefined), 5);
  assert.equal(unread(5, 3), 2);
  assert.equal(unread(3, 5), 0);
});

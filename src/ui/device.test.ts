import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptOr } from './device.ts';

test('a storage that is there is used', () => {
  const storage = { getItem: () => 'kept', setItem: () => undefined, removeItem: () => undefined };
  assert.equal(
    keptOr(() => storage),
    storage,
  );
});

test('where the browser refuses one, what is set lasts as long as the page', () => {
  const kept = keptOr(() => {
    throw new DOMException('Access is denied for this document.', 'SecurityError');
  });
  assert.equal(kept.getItem('theme'), null);
  kept.setItem('theme', 'dark');
  assert.equal(kept.getItem('theme'), 'dark');
  kept.removeItem('theme');
  assert.equal(kept.getItem('theme'), null);
});

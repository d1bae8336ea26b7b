import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isShared, sharedNames } from './names.ts';

test('a name is marked where two keys bear it, or what looks like it', () => {
  const shared = sharedNames(
    [{ key: 'a', name: 'Ada' }],
    [
      { key: 'b', name: 'ada\u200b' },
      { key: 'c', name: 'Grace' },
    ],
  );
  assert.equal(isShared(shared, 'Ada'), true);
  assert.equal(isShared(shared, 'Grace'), false);
});

test('one key under one name needs no mark, an unsigned bearer gives one', () => {
  assert.equal(isShared(sharedNames([{ key: 'a', name: 'Ada' }], [{ key: 'a', name: 'Ada' }]), 'Ada'), false);
  assert.equal(isShared(sharedNames([{ key: 'a', name: 'Ada' }], [{ key: undefined, name: 'Ada' }]), 'Ada'), true);
});

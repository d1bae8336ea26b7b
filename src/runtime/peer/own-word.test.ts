import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bringTogether, SILENCE } from './own-word.ts';

const base = { version: 1, name: 'Ada', channels: ['garden', 'main'] };

test('what either device joined and left since the common word is joined and left', () => {
  const ours = { version: 2, name: 'Ada', channels: ['attic', 'main'] };
  const theirs = { version: 2, name: 'Ada', channels: ['garden', 'kitchen', 'main'] };
  assert.deepEqual(bringTogether(base, ours, theirs).channels, ['attic', 'kitchen', 'main']);
  assert.deepEqual(bringTogether(base, theirs, ours).channels, ['attic', 'kitchen', 'main']);
});

test('a name that was changed here counts, else that of the other device', () => {
  const renamed = { ...base, name: 'Ada King' };
  assert.equal(bringTogether(base, renamed, base).name, 'Ada King');
  assert.equal(bringTogether(base, base, renamed).name, 'Ada King');
});

test('without a common word nothing is lost', () => {
  const theirs = { version: 5, name: 'A.', channels: ['kitchen'] };
  assert.deepEqual(bringTogether(SILENCE, base, theirs), { name: 'Ada', channels: ['garden', 'kitchen', 'main'] });
});

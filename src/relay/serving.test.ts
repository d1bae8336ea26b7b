import assert from 'node:assert/strict';
import { test } from 'node:test';
import { servedOf } from './serving.ts';

const author = new Uint8Array(32);

test('of what another wants it is given what is served, and no more', () => {
  const wanted = { sets: ['channel:*', 'mailbox:abc', 'logs', 'profiles'], authors: [author] };
  assert.deepEqual(servedOf(wanted, ['channels', 'profiles']), { sets: ['channel:*', 'profiles'], authors: [] });
  assert.deepEqual(servedOf(wanted, ['mailboxes', 'logs']), { sets: ['mailbox:abc', 'logs'], authors: [author] });
  assert.deepEqual(servedOf(wanted, []), { sets: [], authors: [] });
});

test('a wish that begins shorter than a family of sets gets the families in it', () => {
  assert.deepEqual(servedOf({ sets: ['*'], authors: [] }, ['channels', 'logs']).sets, ['channel:*', 'logs', 'forks']);
  assert.deepEqual(servedOf({ sets: ['channel:m*'], authors: [] }, ['channels']).sets, ['channel:m*']);
  assert.deepEqual(servedOf({ sets: ['channel'], authors: [] }, ['channels']).sets, []);
});

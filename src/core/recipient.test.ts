import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DecodeError, UsageError } from './errors.ts';
import { parseNamed, parseRecipient } from './recipient.ts';

const KEY = '8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c';

test('a recipient is a key, or a name at a relay, which stands behind the last @', () => {
  assert.deepEqual(parseRecipient(KEY), { kind: 'key', key: KEY });
  assert.deepEqual(parseRecipient(KEY.toUpperCase()), { kind: 'key', key: KEY });
  assert.deepEqual(parseRecipient('ann@relay.example'), { kind: 'name', name: 'ann', relay: 'relay.example' });
  assert.deepEqual(parseRecipient('bot:a@b@localhost:4100'), {
    kind: 'name',
    name: 'bot:a@b',
    relay: 'localhost:4100',
  });
  assert.deepEqual(parseRecipient('ann@[::1]:4100'), { kind: 'name', name: 'ann', relay: '[::1]:4100' });
});

test('what is neither is refused with what would be', () => {
  for (const text of ['', 'ann', '@relay', 'ann@', 'ann@a b', 'ann@a/../b', `${KEY}0`, 'a b@relay', 'ann@relay?x']) {
    assert.throws(() => parseRecipient(text), UsageError, text);
  }
  assert.throws(() => parseRecipient('ann'), /expected a key of 64 hex characters, or name@relay/);
});

test('an answer holds keys and nothing else', () => {
  assert.deepEqual(parseNamed(JSON.stringify({ person: KEY, more: 1 })), { person: KEY });
  assert.deepEqual(parseNamed('{}'), {});
  for (const text of ['', '[]', 'null', '1', '{"person":"ann"}', '{"agent":1}', `{"x":"${'x'.repeat(2000)}"}`]) {
    assert.throws(() => parseNamed(text), DecodeError, text.slice(0, 20));
  }
});

test('whatever is entered or answered, nothing but the two errors comes of it', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 100 }), (text) => {
      try {
        parseRecipient(text);
      } catch (error) {
        assert.ok(error instanceof UsageError);
      }
      try {
        parseNamed(text);
      } catch (error) {
        assert.ok(error instanceof DecodeError);
      }
    }),
  );
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { UsageError } from '../errors.ts';
import { type IdentitySecret, seedsOf } from './derive.ts';

const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());
const [one, two] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];

test('a root seed gives two seeds, neither of them itself nor the other', () => {
  const { signing, agreement } = seedsOf(sha256, { kind: 'root', root: one });
  assert.notDeepEqual(signing, agreement);
  assert.notDeepEqual(signing, one);
  assert.notDeepEqual(agreement, one);
  assert.deepEqual([signing.length, agreement.length], [32, 32]);
});

test('imported seeds stay as they are; a missing agreement seed is not the one of a root seed with those bytes', () => {
  assert.deepEqual(seedsOf(sha256, { kind: 'imported', signing: one, agreement: two }), {
    signing: one,
    agreement: two,
  });
  const derived = seedsOf(sha256, { kind: 'imported', signing: one });
  assert.deepEqual(derived.signing, one);
  assert.notDeepEqual(derived.agreement, seedsOf(sha256, { kind: 'root', root: one }).agreement);
});

test('a seed of another size is the mistake of the caller', () => {
  const short = new Uint8Array(31);
  const secrets: IdentitySecret[] = [
    { kind: 'root', root: short },
    { kind: 'imported', signing: short },
    { kind: 'imported', signing: one, agreement: short },
  ];
  for (const secret of secrets) assert.throws(() => seedsOf(sha256, secret), UsageError);
});

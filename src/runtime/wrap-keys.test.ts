import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8 } from '../core/bytes.ts';
import type { Agreement } from '../core/ports.ts';
import { agreementFromSeed, ciphers, random } from '../platform/node/crypto.ts';
import { createWrapKeys, wrapKeysOf } from './wrap-keys.ts';

function counted(fail = false) {
  const own = agreementFromSeed(random(32));
  const count = { agreed: 0 };
  const agreement: Agreement = {
    key: own.key,
    agree(other) {
      count.agreed++;
      return fail ? Promise.reject(new Error('no')) : own.agree(other);
    },
  };
  return { agreement, count };
}

const other = () => agreementFromSeed(random(32)).key;
const info = utf8('info');

test('a known pair is agreed on once, even when asked for at the same time', async () => {
  const { agreement, count } = counted();
  const keys = createWrapKeys(agreement, 10);
  const bob = other();
  const [first, second] = await Promise.all([keys.get(bob, info, ciphers), keys.get(bob, info, ciphers)]);
  assert.deepEqual(first, second);
  assert.deepEqual(await keys.get(bob, info, ciphers), first);
  assert.equal(count.agreed, 1);
});

test('another direction or reader has another key', async () => {
  const keys = createWrapKeys(counted().agreement, 10);
  const bob = other();
  assert.notDeepEqual(await keys.get(bob, info, ciphers), await keys.get(bob, utf8('other'), ciphers));
  assert.notDeepEqual(await keys.get(bob, info, ciphers), await keys.get(other(), info, ciphers));
});

test('the least recently used key goes first', async () => {
  const { agreement, count } = counted();
  const keys = createWrapKeys(agreement, 2);
  const [a, b, c] = [other(), other(), other()];
  for (const key of [a, b, a, c, a]) await keys.get(key, info, ciphers);
  assert.equal(count.agreed, 3);
  await keys.get(b, info, ciphers);
  assert.equal(count.agreed, 4);
});

test('a failed agreement gives nothing and is not remembered', async () => {
  const { agreement, count } = counted(true);
  const keys = createWrapKeys(agreement, 2);
  const bob = other();
  assert.equal(await keys.get(bob, info, ciphers), undefined);
  await keys.get(bob, info, ciphers);
  assert.equal(count.agreed, 2);
});

test('one agreement key has one cache', () => {
  const { agreement } = counted();
  assert.equal(wrapKeysOf(agreement), wrapKeysOf(agreement));
  assert.notEqual(wrapKeysOf(agreement), wrapKeysOf(counted().agreement));
});

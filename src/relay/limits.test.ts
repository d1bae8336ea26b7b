import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLimits } from './limits.ts';

function limitsAt(start: number, enabled = true) {
  const clock = { now: start };
  return { clock, limits: createLimits({ enabled, now: () => clock.now, blobBytesPerDay: 1000 }) };
}

test('a key posts ten at once and thirty a minute', () => {
  const { clock, limits } = limitsAt(1000);
  for (let i = 0; i < 10; i++) assert.equal(limits.takeKey('a'), true);
  assert.equal(limits.takeKey('a'), false);
  assert.equal(limits.hasCredit('a'), false);
  assert.equal(limits.takeKey('b'), true, 'another key has its own');
  clock.now += 2000;
  assert.equal(limits.takeKey('a'), true);
  assert.equal(limits.takeKey('a'), false);
});

test('a hundred and first post within a second pauses everybody for ten', () => {
  const { clock, limits } = limitsAt(5000);
  for (let i = 0; i < 100; i++) assert.equal(limits.flood(), true);
  assert.equal(limits.flood(), false);
  clock.now += 9999;
  assert.equal(limits.flood(), false);
  clock.now += 1;
  assert.equal(limits.flood(), true);
});

test('an address puts so many bytes of blobs a day', () => {
  const { clock, limits } = limitsAt(0);
  assert.equal(limits.takeBlobBytes('a', 900), true);
  assert.equal(limits.takeBlobBytes('a', 200), false);
  clock.now += 43_200_000;
  assert.equal(limits.takeBlobBytes('a', 200), true);
});

test('switched off, nothing is limited', () => {
  const { limits } = limitsAt(0, false);
  for (let i = 0; i < 1000; i++) assert.ok(limits.flood() && limits.takeKey('a') && limits.takeAddress('a'));
});

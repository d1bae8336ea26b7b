import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begin, stretch, withOlder } from './timeline.ts';
import { DRAWN, followed, type Last, newer, older } from './viewport.ts';
import { sample, samples } from './workbench/sample.ts';

const all = begin(samples(0, 1000), false);

test('walking up reaches the first message and down the newest, with overlap at each step', () => {
  let last: Last;
  let seen = stretch(all, last, DRAWN);
  for (let steps = 0; seen.start > 0; steps++) {
    assert.ok(steps < 20);
    last = older(all, last, 0);
    const next = stretch(all, last, DRAWN);
    assert.ok(next.start < seen.start && next.end > seen.start && next.end - next.start === DRAWN);
    seen = next;
  }
  for (let steps = 0; seen.end < all.messages.length; steps++) {
    assert.ok(steps < 20);
    last = newer(all, last);
    const next = stretch(all, last, DRAWN);
    assert.ok(next.end > seen.end && next.start < seen.end);
    seen = next;
  }
  assert.equal(last, undefined);
});

test('a page loaded at the beginning comes into view beside what was there', () => {
  const held = begin(samples(100, 400), true);
  const last = sample(99 + DRAWN).id;
  assert.equal(stretch(held, last, DRAWN).start, 0);
  const loaded = withOlder(held, samples(0, 100), false);
  const next = stretch(loaded, older(loaded, last, 100), DRAWN);
  assert.ok(next.start < 100 && next.end > 100 && next.end - next.start === DRAWN);
});

test('whoever follows the newest has a window full of them, and never more than is drawn', () => {
  for (const height of [0, 600, 1080, 2160]) {
    assert.ok(followed(height) * 24 > height && followed(height) <= DRAWN, `${height}`);
  }
  assert.equal(followed(100_000), DRAWN);
});

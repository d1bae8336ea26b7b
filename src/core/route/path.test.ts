import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeFrame, type Frame } from './frame.ts';
import { Path } from './path.ts';

const session = new Uint8Array(16);

/** What a frame's number is. */
function numberOf(frame: Uint8Array): number {
  const read: Frame = decodeFrame(frame);
  return 'number' in read ? read.number : Number.NaN;
}

function opened(): Path {
  const path = new Path('p', 'g', 0, 0);
  path.accepted(numberOf(path.open(session, 131_072, 0)), 20);
  path.isReady = true;
  for (let at = 100; at < 1100; at += 100) path.ponged(numberOf(path.ping(at)), 1, at + 20);
  return path;
}

test('a path that was silent comes up by an answer in time, not by one that is late', () => {
  const path = opened();
  assert.ok(path.isUp);
  const [late, inTime] = [numberOf(path.ping(2000)), 3400];
  assert.ok(path.update(2300), 'it leaves');
  assert.equal(path.state, 'suspect');
  path.ponged(late, 1, inTime - 100);
  assert.equal(path.state, 'suspect');
  path.ponged(numberOf(path.ping(inTime)), 1, inTime + 20);
  assert.ok(path.isUp);
});

test('the rate of a path that failed is what the next one begins with, within a bound', () => {
  const [slow, fast, next] = [opened(), opened(), opened()];
  const entry = { seq: 1, weight: 1, isUrgent: false, frame: undefined, on: [], losses: 0 };
  const first = next.pace.window;
  next.takeOver(slow);
  assert.equal(next.pace.window, first, 'less than it may have anyway');
  for (let at = 2000; at < 4000; at += 100) {
    for (let i = 0; i < 60; i++) fast.data(entry, new Uint8Array(16_384));
    fast.ponged(numberOf(fast.ping(at)), 1, at + 20);
  }
  next.takeOver(fast);
  assert.ok(next.pace.window > 150_000 && next.pace.window <= 262_144, `${next.pace.window}`);
});

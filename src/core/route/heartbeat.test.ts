import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecodeError } from '../errors.ts';
import { Heartbeat } from './heartbeat.ts';
import { Pace } from './pace.ts';
import { RoundTrip } from './round-trip.ts';

const mark = { frames: 0, bytes: 0, underWay: 0, flights: 0 };

/** A ping each 100 ms from `at` on, each answered after `ms`; when the last answer came. */
function beat(heartbeat: Heartbeat, at: number, times: number, ms: number): number {
  for (let i = 0; i < times; i++) heartbeat.answer(heartbeat.next(at + i * 100, mark, false), at + i * 100 + ms, false);
  return at + times * 100 + ms;
}

test('the time until a path is suspect follows its round trip, and is never under 300 ms', () => {
  for (const [ms, least, most] of [
    [2, 300, 300],
    [200, 350, 360],
    [600, 750, 760],
  ] as const) {
    const heartbeat = new Heartbeat();
    beat(heartbeat, 0, 30, ms);
    assert.ok(heartbeat.suspectAfter >= least && heartbeat.suspectAfter < most + 1, `${heartbeat.suspectAfter}`);
  }
});

test('one long silence does not make a path pass for slow', () => {
  const heartbeat = new Heartbeat();
  const at = beat(heartbeat, 0, 30, 20);
  const number = heartbeat.next(at, mark, false);
  heartbeat.answer(number, at + 20_000, false);
  beat(heartbeat, at + 20_000, 10, 20);
  assert.ok(heartbeat.suspectAfter < 400, `${heartbeat.suspectAfter}`);
});

test('a path that has become slow is believed after some answers', () => {
  const heartbeat = new Heartbeat();
  const at = beat(heartbeat, 0, 30, 20);
  beat(heartbeat, at, 30, 3000);
  assert.ok(heartbeat.suspectAfter > 3000, `${heartbeat.suspectAfter}`);
});

test('a later answer stands for those before it; what was never asked is refused', () => {
  const heartbeat = new Heartbeat();
  const [first, second] = [
    heartbeat.next(0, { ...mark, frames: 1 }, false),
    heartbeat.next(10, { ...mark, frames: 2 }, false),
  ];
  assert.equal(heartbeat.answer(second, 20, false)?.mark.frames, 2);
  assert.equal(heartbeat.waitingSince, undefined);
  assert.equal(heartbeat.answer(first, 30, false), undefined);
  const open = heartbeat.next(40, mark, true);
  for (const [number, isOpen] of [
    [open, false],
    [open + 1, true],
    [0, false],
  ] as const) {
    assert.throws(() => heartbeat.answer(number, 50, isOpen), DecodeError);
  }
});

test('in a long silence only so many pings are remembered, the first among them', () => {
  const heartbeat = new Heartbeat();
  for (let at = 0; at < 10_000; at++) heartbeat.next(at, { ...mark, frames: at }, false);
  assert.equal(heartbeat.waitingSince, 0);
  assert.equal(heartbeat.answer(5000, 10_000, false)?.mark.frames, 0, 'what is not remembered proves less');
  assert.equal(heartbeat.answer(10_000, 10_000, false)?.mark.frames, 9999);
});

test('what is under way grows while answers come at once, and shrinks when they wait', () => {
  const [pace, roundTrip] = [new Pace(), new RoundTrip()];
  roundTrip.add(50, 0);
  const first = pace.window;
  for (let i = 0; i < 5; i++) pace.confirm(pace.window, pace.window, 50, roundTrip, i * 50);
  assert.equal(pace.window, first * 32);
  pace.confirm(1000, 1000, 50, roundTrip, 300);
  assert.equal(pace.window, first * 32, 'what was not used proves nothing');
  for (let i = 0; i < 40; i++) pace.confirm(pace.window, pace.window, 300, roundTrip, 300 + i * 100);
  assert.ok(pace.window < first && pace.window >= 16_384, `${pace.window}`);
});

/** What a bond does in each single trouble. Troubles at random: simulation.test.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../../src/core/errors.ts';
import { createBond } from '../../src/core/route/bond.ts';
import { decodeFrame, encodeFrame, type Frame } from '../../src/core/route/frame.ts';
import type { Quality } from './network.ts';
import { type Side, World } from './world.ts';

const FAST: Quality = { latency: 10, jitter: 2, rate: 20_000, loss: 0 };
const MIDDLING: Quality = { latency: 40, jitter: 5, rate: 10_000, loss: 0 };
const SLOW: Quality = { latency: 150, jitter: 30, rate: 20, loss: 0 };

function after(world: World, ms: number): void {
  world.agenda.runUntil(world.now + ms);
}

/** `count` messages of ann's, one each `every` ms. */
function talk(world: World, count: number, { every = 20, size = 100, urgent = false } = {}): void {
  const from = world.now;
  for (let i = 0; i < count; i++) world.agenda.at(from + i * every, () => world.peers.ann.send(size, urgent));
}

/** Counts the frames of a kind for each path. */
function counter(world: World, kind: Frame['kind'], side: Side): Map<string, number> {
  const counts = new Map<string, number>();
  world.onFrame = (from, path, frame) => {
    if (from === side && decodeFrame(frame).kind === kind) counts.set(path, (counts.get(path) ?? 0) + 1);
  };
  return counts;
}

const stateOf = (world: World, path: string) => world.peers.ann.bond.paths().find(({ id }) => id === path)?.state;

test('what matters goes over two paths that share nothing, all else over the best', () => {
  const world = new World(1);
  const best = world.connect('relay-a', FAST);
  const sibling = world.connect('relay-a', { ...FAST, latency: 15 });
  const other = world.connect('relay-b', MIDDLING);
  after(world, 1000);
  const data = counter(world, 'data', 'ann');
  talk(world, 50, { urgent: true });
  after(world, 2000);
  assert.deepEqual([data.get(best), data.get(sibling), data.get(other)], [50, undefined, 50]);
  talk(world, 50);
  after(world, 2000);
  assert.deepEqual([data.get(best), data.get(sibling), data.get(other)], [100, undefined, 50]);
  assert.equal(world.peers.ben.deliveries.length, 100);
});

test('a message larger than a frame comes out whole, and an empty one as empty', () => {
  const [ann, ben] = [1, 2].map((n) => createBond({ session: new Uint8Array(16).fill(n), now: 0 }));
  assert.ok(ann && ben);
  for (const bond of [ann, ben]) bond.addPath('p', { group: 'g' }, 0);
  const messages = [
    new Uint8Array(1_048_576).fill(3),
    new Uint8Array(0),
    new Uint8Array(16_384),
    new Uint8Array(16_385),
  ];
  const received: Uint8Array[] = [];
  for (const message of messages) assert.ok(ann.send(message, {}, 0));
  for (let now = 1; now < 200; now++) {
    for (const [from, to] of [
      [ann, ben],
      [ben, ann],
    ] as const) {
      const { frames, messages: taken } = from.take(now);
      for (const { frame } of frames) to.receive('p', frame, now);
      received.push(...taken);
    }
  }
  assert.deepEqual(
    received.map(({ length }) => length),
    messages.map(({ length }) => length),
  );
  assert.ok(received[0]?.every((byte) => byte === 3));
});

test('without any path messages wait within a bound, and all come out once there is one', () => {
  const world = new World(2, { storeBytes: 2_097_152 });
  const { ann, ben } = world.peers;
  while (ann.send(10_000, false));
  assert.equal(ann.refused, 1);
  assert.ok(ann.bond.room < 10_000 && ann.bond.held > 2_000_000);
  after(world, 600_000);
  world.connect('direct', FAST);
  after(world, 2000);
  assert.equal(ben.deliveries.length, ann.sent);
  assert.equal(ann.bond.held, 0);
  assert.ok(ann.send(10_000, false), 'there is room again');
});

test('a minute without any path changes nothing but the time', () => {
  const world = new World(3);
  const { ann, ben } = world.peers;
  const first = world.connect('direct', MIDDLING);
  after(world, 1000);
  talk(world, 100);
  world.agenda.at(world.now + 1000, () => world.hangUp(first, 50));
  after(world, 60_000);
  assert.ok(ben.deliveries.length < 60);
  world.connect('relay-a', MIDDLING);
  after(world, 1000);
  assert.equal(ben.deliveries.length, 100);
  assert.equal(ann.restarts + ben.restarts, 0, 'who comes back is not taken for who has forgotten');
});

test('a restart is told to the other end; what was not acknowledged is given up, and old paths are closed', () => {
  const world = new World(4);
  const { ann, ben } = world.peers;
  world.connect('direct', FAST);
  after(world, 1000);
  ann.send(100, false);
  ben.restart();
  ann.send(100, false);
  assert.ok(ann.bond.held > 0);
  world.connect('relay-a', FAST);
  after(world, 100);
  assert.equal(ann.restarts, 1);
  assert.equal(ben.restarts, 0);
  assert.equal(ann.bond.held, 0);
  assert.equal(world.links.size, 1, 'the old path is closed');
  talk(world, 10);
  after(world, 1000);
  assert.deepEqual(ben.last, { life: 0, epoch: 1, n: 9 });
});

test('a frozen path is suspect soon, then down, then hung up; one that thaws carries again', () => {
  const world = new World(5);
  const [best, other] = [world.connect('direct', FAST), world.connect('relay-a', MIDDLING)];
  after(world, 1000);
  talk(world, 500);
  after(world, 1000);
  world.freeze(best);
  after(world, 250);
  assert.equal(stateOf(world, best), 'up');
  after(world, 300);
  assert.equal(stateOf(world, best), 'suspect');
  after(world, 1500);
  assert.equal(stateOf(world, best), 'down');
  world.thaw(best);
  after(world, 500);
  assert.equal(stateOf(world, best), 'up');
  assert.equal(stateOf(world, other), 'up');
  world.freeze(best);
  after(world, 35_000);
  assert.equal(stateOf(world, best), undefined, 'so that another is dialled');
  assert.equal(world.peers.ben.deliveries.length, 500);
});

test('peers at rest hardly wake, however many paths they have', () => {
  const world = new World(6);
  const ids = ['direct', 'lan', 'relay-a', 'relay-b'].map((group) => world.connect(group, MIDDLING));
  talk(world, 50);
  after(world, 60_000);
  const { ann } = world.peers;
  const [wakes, bytes] = [ann.wakes.length, world.bytesSent];
  after(world, 600_000);
  assert.ok(ann.wakes.length - wakes <= 45, `${ann.wakes.length - wakes} times in ten minutes`);
  assert.ok(world.bytesSent - bytes < 1000 * ids.length, `${world.bytesSent - bytes} bytes in ten minutes`);
});

test('a receiver that takes nothing holds the sender back, and nothing is lost', () => {
  const windowBytes = 300_000;
  const world = new World(7, { windowBytes });
  world.connect('direct', FAST);
  const { ann, ben } = world.peers;
  ben.appetite = 0;
  after(world, 1000);
  talk(world, 200, { size: 30_000, every: 5 });
  after(world, 60_000);
  assert.ok(ann.bond.paths()[0] && (ann.bond.paths()[0]?.sent ?? 0) < windowBytes + 20_000);
  ben.appetite = 1;
  for (let i = 0; i < 300; i++) world.agenda.at(world.now + i * 10, () => ben.act());
  after(world, 4000);
  assert.equal(ben.deliveries.length, ann.sent);
  assert.ok(ann.sent > 100);
});

test('of two paths that are alike one stays the best', () => {
  const world = new World(11);
  const jittery: Quality = { latency: 50, jitter: 40, rate: 10_000, loss: 0 };
  world.connect('relay-a', jittery);
  world.connect('relay-b', jittery);
  after(world, 2000);
  talk(world, 1500);
  const bests: string[] = [];
  for (let i = 0; i < 300; i++) {
    after(world, 100);
    const best = world.peers.ann.bond.paths().find(({ rank }) => rank === 1)?.id ?? '';
    if (best !== bests.at(-1)) bests.push(best);
  }
  assert.ok(bests.length < 12, `it changed ${bests.length} times in 30 s`);
});

test('a path that loses much is not the best, though its round trip is', () => {
  const world = new World(12);
  const lossy = world.connect('relay-a', { ...MIDDLING, loss: 0.25 });
  world.connect('relay-b', { ...MIDDLING, latency: 60 });
  talk(world, 400);
  after(world, 6000);
  const path = world.peers.ann.bond.paths().find(({ id }) => id === lossy);
  assert.ok((path?.loss ?? 0) > 0.02, `${path?.loss}`);
  assert.notEqual(path?.rank, 1);
});

test('the way back is found when it freezes while the other end only listens', () => {
  const world = new World(13);
  const best = world.connect('direct', FAST);
  world.connect('relay-a', MIDDLING);
  after(world, 1000);
  const { ann, ben } = world.peers;
  talk(world, 200);
  after(world, 1000);
  world.freeze(best, ['ben']);
  after(world, 1500);
  const at = world.now;
  ben.send(100, false);
  after(world, 500);
  assert.ok((ann.deliveries[0] ?? Number.NaN) - at < 100, 'the answer needs no search');
  after(world, 3000);
  assert.equal(ben.deliveries.length, 200);
  assert.equal(ann.bond.held, 0);
});

test('a slow path beside a fast one holds nobody up', () => {
  const world = new World(8);
  world.connect('relay-a', SLOW);
  world.connect('direct', FAST);
  after(world, 3000);
  const { ann, ben } = world.peers;
  talk(world, 500, { every: 10, size: 1000, urgent: true });
  after(world, 5100);
  assert.equal(ben.deliveries.length, 500, 'though the slow one cannot carry them all');
  assert.ok(
    ann.bond.paths().every(({ sent }) => sent > 10_000),
    'it carries what it can',
  );
});

test('a slow path alone carries all at its own pace', () => {
  const world = new World(9);
  world.connect('relay-a', SLOW);
  after(world, 3000);
  talk(world, 20, { size: 20_000 });
  after(world, 40_000);
  assert.equal(world.peers.ben.deliveries.length, 20);
  assert.ok(world.bytesSent < 1.3 * 400_000, `${world.bytesSent} bytes for 400,000`);
});

test('a peer that was late itself blames no path', () => {
  const world = new World(10);
  const [best, other] = [world.connect('direct', FAST), world.connect('relay-a', MIDDLING)];
  after(world, 1000);
  const { ann } = world.peers;
  talk(world, 1);
  after(world, 1);
  const bond = ann.bond;
  const data = bond.take(world.now + 5000).frames.filter(({ frame }) => decodeFrame(frame).kind === 'data');
  assert.deepEqual(data, [], 'nothing is sent again');
  assert.equal(stateOf(world, best), 'up');
  assert.equal(stateOf(world, other), 'up');
  bond.take(world.now + 5060);
  assert.notEqual(stateOf(world, best), 'up', 'but not for ever');
});

test('wrong use is said', () => {
  const session = new Uint8Array(16);
  assert.throws(() => createBond({ session: new Uint8Array(8), now: 0 }), UsageError);
  assert.throws(() => createBond({ session, now: 0, storeBytes: 1000 }), UsageError);
  assert.throws(() => createBond({ session, now: 0, windowBytes: 1000 }), UsageError);
  const bond = createBond({ session, now: 0 });
  assert.throws(() => bond.send(new Uint8Array(1_048_577), {}, 0), UsageError);
  for (let i = 0; i < 16; i++) bond.addPath(`${i}`, { group: 'g' }, 0);
  assert.throws(() => bond.addPath('1', { group: 'g' }, 0), UsageError);
  assert.throws(() => bond.addPath('17', { group: 'g' }, 0), UsageError);
  bond.removePath('no such path', 0);
  bond.receive('no such path', encodeFrame({ kind: 'ping', number: 1 }), 0);
});

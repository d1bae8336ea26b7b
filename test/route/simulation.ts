/** What happens to two peers and their paths in one run, out of one seed. */
import assert from 'node:assert/strict';
import type { Quality, Random } from './network.ts';
import { type Side, World } from './world.ts';

const GROUPS = ['direct', 'lan', 'relay-a', 'relay-b'] as const;
const SECONDS = 20;

export function qualityOf(random: Random, lossy = 0): Quality {
  const latency = 1 + random() ** 2 * 299;
  return { latency, jitter: random() * latency * 0.3, rate: 50 + random() ** 3 * 20_000, loss: lossy };
}

/**
 * Twenty seconds of talk in both directions over one to four paths that die, freeze, thaw and come back, with restarts
 * of either end; then all heals. Throws where a message was lost, came twice or out of order.
 */
export function troubledTalk(seed: number): { delivered: number; restarts: number } {
  const world = new World(seed, { storeBytes: 2_200_000, windowBytes: seed % 3 === 0 ? 131_072 : 2_000_000 });
  const { random } = world;
  const lossy = seed % 5 === 0 ? 0.05 : 0;
  const groups = GROUPS.slice(0, 1 + Math.floor(random() * 4));
  const connect = () => world.connect(pick(random, groups), qualityOf(random, random() < 0.5 ? lossy : 0));
  for (const _ of groups) connect();
  const mishaps = 2 + Math.floor(random() * 10);
  for (let i = 0; i < mishaps; i++) world.agenda.at(random() * SECONDS * 1000, () => mishap(world, connect));
  for (const side of ['ann', 'ben'] as const) talk(world, side);
  world.agenda.runUntil(SECONDS * 1000);
  settle(world, seed);
  const { ann, ben } = world.peers;
  return { delivered: ann.deliveries.length + ben.deliveries.length, restarts: ann.restarts + ben.restarts };
}

function talk(world: World, side: Side): void {
  const { random } = world;
  const every = 2 + random() ** 2 * 400;
  const largest = 10 ** (1 + random() * (random() < 0.1 ? 5 : 3.5));
  const isUrgent = random() < 0.5;
  const next = (): void => {
    world.peers[side].send(Math.floor(random() * largest), isUrgent);
    if (random() < 0.02) world.peers[side].appetite = random() < 0.5 ? 1 : Number.POSITIVE_INFINITY;
    const pause = random() < 0.01 ? random() * 5000 : random() * every * 2;
    if (world.now + pause < SECONDS * 1000) world.agenda.at(world.now + pause, next);
  };
  world.agenda.at(random() * 1000, next);
}

function mishap(world: World, connect: () => void): void {
  const { random } = world;
  const paths = [...world.links.keys()];
  const path = paths.length === 0 ? '' : pick(random, paths);
  const lot = random();
  if (lot < 0.3) world.hangUp(path, 100);
  else if (lot < 0.6) {
    world.freeze(path, pick(random, [['ann', 'ben'], ['ann'], ['ben']] as const));
    if (random() < 0.5) world.agenda.at(world.now + random() * 6000, () => world.thaw(path));
  } else if (lot < 0.7) {
    world.peers[random() < 0.5 ? 'ann' : 'ben'].stalledUntil = world.now + random() * 3000;
  } else if (lot < 0.8) {
    if (paths.length < 6) connect();
  } else if (lot < 0.9) for (const one of paths) world.hangUp(one, 1000);
  else world.restart(random() < 0.5 ? 'ann' : 'ben');
  if (world.links.size === 0) world.agenda.at(world.now + random() * 4000, connect);
}

function settle(world: World, seed: number): void {
  for (const peer of Object.values(world.peers)) {
    peer.appetite = Number.POSITIVE_INFINITY;
    peer.act();
  }
  for (const path of world.links.keys()) world.thaw(path);
  world.connect('healed', { latency: 20, jitter: 5, rate: 10_000, loss: 0 });
  const end = world.now + 60_000;
  while (!world.isSettled() && world.now < end) world.agenda.runUntil(world.now + 100);
  const { ann, ben } = world.peers;
  const state = () => JSON.stringify({ ann: [ann.last, ann.sent, ann.bond.paths()], ben: [ben.last, ben.sent] });
  assert.ok(world.isSettled(), `seed ${seed}: not everything came through: ${state()}`);
}

export interface Fault {
  readonly seed: number;
  readonly kind: 'killed' | 'frozen' | 'half frozen';
  readonly urgent: boolean;
  readonly size: number;
}

/** A steady talk over two to four paths; after some seconds the best one fails. The longest silence at the receiver. */
export function gapOf({ seed, kind, urgent, size }: Fault): number {
  const world = new World(seed);
  const { random } = world;
  const count = 2 + Math.floor(random() * 3);
  for (const group of GROUPS.slice(0, count)) world.connect(group, { ...qualityOf(random), rate: 20_000 });
  const { ann, ben } = world.peers;
  const every = 20;
  for (let at = 0; at < 12_000; at += every) world.agenda.at(at, () => ann.send(size, urgent));
  const failAt = 4000 + random() * 1000;
  world.agenda.runUntil(failAt);
  const best = ann.bond.paths().find(({ rank }) => rank === 1);
  assert.ok(best, `seed ${seed}: there is a best path`);
  const seen = ben.deliveries.length;
  if (kind === 'killed') world.hangUp(best.id, 0);
  else world.freeze(best.id, kind === 'frozen' ? ['ann', 'ben'] : [seed % 2 === 0 ? 'ann' : 'ben']);
  world.agenda.runUntil(12_000 + 2000);
  assert.equal(ben.deliveries.length, ann.sent, `seed ${seed}: all came through`);
  return longest(ben.deliveries.slice(seen - 1));
}

function longest(times: readonly number[]): number {
  return times.reduce((most, time, i) => Math.max(most, time - (times[i - 1] ?? time)), 0);
}

function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T;
}

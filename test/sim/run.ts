/**
 * One simulation: peers on a random graph write while links are cut, peers crash, come back from old backups, run out of
 * disk, lie, and an author forks. Then all is mended, and every honest peer must hold the same. A seed decides all of it.
 */
import { createNetwork, type Network } from './network.ts';
import { SimPeer } from './peer.ts';
import { createDice, createWorld, type Dice, type World } from './world.ts';

export interface Outcome {
  readonly seed: number;
  readonly peers: number;
  readonly envelopes: number;
  readonly logs: number;
  readonly forks: number;
  /** What the honest disagree on; empty where they converged. */
  readonly differences: readonly string[];
}

const CHAOS_MS = 20_000;
const HEALED_MS = 400_000;
const CHANNELS = ['main', 'garden', 'radio'];

export function simulate(seed: number, size?: number): Outcome {
  const dice = createDice(seed);
  const world = createWorld();
  const register = new Set<string>();
  const count = size ?? 3 + dice.below(6);
  const peers = Array.from({ length: count }, (_, i) => new SimPeer(`p${i}`, world, register));
  const liars = new Set(dice.chance(0.4) && count > 3 ? [peers[count - 1] as SimPeer] : []);
  const honest = peers.filter((peer) => !liars.has(peer));
  const network = createNetwork(world, dice, liars);
  join(network, dice, honest, liars);
  planWrites(world, dice, honest);
  planTrouble(world, dice, network, honest);
  const wasBounded = world.run(CHAOS_MS);
  for (const peer of honest) peer.isDiskFull = false;
  for (const link of network.links) network.mend(link);
  const ended = world.run(CHAOS_MS + HEALED_MS) && wasBounded;
  return judge(seed, honest, ended);
}

/** A random tree over the honest, more links beside it, and a liar tied to several. */
function join(network: Network, dice: Dice, honest: readonly SimPeer[], liars: ReadonlySet<SimPeer>): void {
  const delay = (): number => 1 + dice.below(dice.chance(0.2) ? 300 : 30);
  honest.forEach((peer, i) => {
    if (i > 0) network.join(peer, honest[dice.below(i)] as SimPeer, delay());
  });
  const isLinked = (a: SimPeer, b: SimPeer): boolean =>
    network.links.some((link) => (link.a === a && link.b === b) || (link.a === b && link.b === a));
  for (let i = 0; i < honest.length / 2; i++) {
    const [a, b] = [dice.pick(honest), dice.pick(honest)];
    if (a !== b && !isLinked(a, b)) network.join(a, b, delay());
  }
  for (const liar of liars) for (const peer of honest) if (dice.chance(0.5)) network.join(liar, peer, delay());
}

function planWrites(world: World, dice: Dice, honest: readonly SimPeer[]): void {
  const writes = 20 + dice.below(80);
  for (let i = 0; i < writes; i++) {
    const peer = dice.pick(honest);
    const at = dice.below(CHAOS_MS);
    // Clocks go wrong by up to 300 s.
    const skewed = 1_000_000 + at + dice.below(600_000) - 300_000;
    if (dice.chance(0.5)) world.after(at, () => peer.write(dice.pick(CHANNELS), `${i} by ${peer.name}`, skewed));
    else world.after(at, () => peer.append(`log of ${peer.name}`, `entry ${i}`));
  }
  if (dice.chance(0.3)) {
    for (const [i, peer] of [dice.pick(honest), dice.pick(honest)].entries()) {
      for (let entry = 0; entry < 3; entry++) {
        world.after(dice.below(CHAOS_MS), () => peer.append('an author with two heads', `${i} ${entry}`));
      }
    }
  }
}

function planTrouble(world: World, dice: Dice, network: Network, honest: readonly SimPeer[]): void {
  const backups = new Map<SimPeer, ReturnType<SimPeer['backup']>>();
  const trouble: (() => void)[] = [
    () => network.cut(dice.pick(network.links)),
    () => network.mend(dice.pick(network.links)),
    () => network.restart(dice.pick(honest)),
    () => {
      const peer = dice.pick(honest);
      peer.isDiskFull = !peer.isDiskFull;
    },
    () => {
      const peer = dice.pick(honest);
      const disk = backups.get(peer);
      if (disk === undefined) backups.set(peer, peer.backup());
      else network.restart(peer, disk);
    },
  ];
  const events = 5 + dice.below(25);
  for (let i = 0; i < events; i++) {
    const event = dice.pick(trouble);
    world.after(dice.below(CHAOS_MS), event);
  }
}

function judge(seed: number, honest: readonly SimPeer[], ended: boolean): Outcome {
  const states = honest.map((peer) => peer.state());
  const [first] = states;
  const differences = ended ? [] : ['it did not come to rest'];
  honest.forEach((peer, i) => {
    for (const part of ['envelopes', 'heads', 'forks'] as const) {
      const [here, there] = [new Set(first?.[part]), new Set(states[i]?.[part])];
      const lacks = [...here].filter((each) => !there.has(each));
      const extra = [...there].filter((each) => !here.has(each));
      if (lacks.length + extra.length > 0) {
        differences.push(`${peer.name}: ${part}: lacks ${lacks.join(', ')}; has beside ${extra.join(', ')}`);
      }
    }
  });
  const { envelopes = [], heads = [], forks = [] } = first ?? {};
  return {
    ...{ seed, peers: honest.length, envelopes: envelopes.length, logs: heads.length, forks: forks.length },
    differences,
  };
}

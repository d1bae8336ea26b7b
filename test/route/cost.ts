/** Loads paths under a simulated clock, and says what came of it. */
import type { Quality } from './network.ts';
import { World } from './world.ts';

export interface Load {
  readonly paths: readonly (readonly [group: string, quality: Quality])[];
  readonly size: number;
  readonly urgent: boolean;
}

export interface Cost {
  /** Bytes a millisecond that came out. */
  readonly rate: number;
  /** Bytes sent there, and back, for each that came out. */
  readonly there: number;
  readonly back: number;
  /** Of the best path, while it was loaded. */
  readonly roundTripMs: number;
}

const WARM_UP_MS = 4000;
const SECONDS = 6;

/** Ann sends as much as fits for ten seconds; the last six of them count. */
export function load({ paths, size, urgent }: Load): Cost {
  const world = new World(7);
  for (const [group, quality] of paths) world.connect(group, quality);
  world.agenda.runUntil(2000);
  const { ann, ben } = world.peers;
  const fill = (): void => {
    while (ann.bond.room >= size) ann.send(size, urgent);
    world.agenda.at(world.now + 5, fill);
  };
  const sum = (from: typeof ann) => from.bond.paths().reduce((bytes, { sent }) => bytes + sent, 0);
  fill();
  world.agenda.runUntil(world.now + WARM_UP_MS);
  const before = { delivered: ben.deliveredBytes, there: sum(ann), back: sum(ben) };
  world.agenda.runUntil(world.now + SECONDS * 1000);
  const delivered = ben.deliveredBytes - before.delivered;
  const best = ann.bond.paths().find(({ rank }) => rank === 1);
  return {
    rate: delivered / SECONDS / 1000,
    there: (sum(ann) - before.there) / delivered,
    back: (sum(ben) - before.back) / delivered,
    roundTripMs: best?.roundTripMs ?? Number.NaN,
  };
}

export const quality = (latency: number, rate: number): Quality => ({ latency, jitter: latency / 10, rate, loss: 0 });

export const line = ({ rate, there, back, roundTripMs }: Cost): string =>
  `${rate.toFixed()} bytes/ms, ${there.toFixed(3)} sent for each and ${back.toFixed(4)} back, ${roundTripMs.toFixed()} ms round trip`;

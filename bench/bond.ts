/**
 * A bond over two paths (core/route), both ends in one thread and nothing between them: what its bookkeeping costs,
 * against copying the same bytes once. And, under a simulated clock: how long it is silent when the best path fails,
 * and what redundancy costs in bytes.
 */
import { createBond } from '../src/core/route/bond.ts';
import { gapsOf } from '../test/route/checks.ts';
import { load, quality } from '../test/route/cost.ts';
import { type Line, ms, perSecond, quantile } from './table.ts';

const RUN_MS = 3000;
const SEEDS = 100;

export async function bond(): Promise<Line[]> {
  return [...speeds(), ...gaps(), ...costs()];
}

function speeds(): Line[] {
  return [
    { what: 'bond, messages of 100 bytes', size: 100, urgent: false },
    { what: 'bond, urgent messages of 100 bytes', size: 100, urgent: true },
    { what: 'bond, messages of 512 KiB', size: 524_288, urgent: false },
  ].map(({ what, size, urgent }) => {
    exchange(size, urgent, RUN_MS / 3);
    const [rate, limit] = [exchange(size, urgent, RUN_MS), copy(size, RUN_MS)];
    const spell = (value: number) => (size > 1000 ? `${((value * size) / 1e6).toFixed(0)} MB/s` : perSecond(value));
    return {
      ...{ what, figure: spell(rate), limit: `${spell(limit)} copied`, ratio: rate / limit },
      ...{ budget: '', met: undefined },
    };
  });
}

function gaps(): Line[] {
  return (['killed', 'frozen'] as const).flatMap((kind) => {
    const { bulk, urgent } = gapsOf(kind, 1, SEEDS);
    return [
      ['bulk', bulk],
      ['urgent', urgent],
    ].map(([name, list]) => {
      const longest = quantile(list as number[], 1);
      return {
        ...{ what: `best path ${kind}, ${name}: longest gap of ${SEEDS}`, figure: ms(longest) },
        ...{ limit: `${ms(quantile(list as number[], 0.5))} median`, ratio: undefined },
        ...{ budget: '< 1,000 ms', met: longest < 1000 },
      };
    });
  });
}

function costs(): Line[] {
  const paths = [
    ['direct', quality(10, 5000)],
    ['relay-a', quality(40, 5000)],
    ['relay-b', quality(50, 5000)],
  ] as const;
  return [false, true].map((urgent) => {
    const { there, back, rate } = load({ paths, size: urgent ? 1000 : 60_000, urgent });
    return {
      ...{ what: `bytes sent for each ${urgent ? 'urgent one' : 'one'} that came, 3 paths` },
      ...{ figure: `${there.toFixed(3)} (back ${back.toFixed(4)})`, limit: `${rate.toFixed()} of 5000 bytes/ms` },
      ...{ ratio: rate / 5000, budget: '', met: undefined },
    };
  });
}

/** Messages a second. */
function exchange(size: number, urgent: boolean, runMs: number): number {
  const begun = performance.now();
  const clock = (): number => performance.now() - begun;
  const ends = [1, 2].map((byte) => createBond({ session: new Uint8Array(16).fill(byte), now: 0 }));
  const [ann, ben] = ends as [(typeof ends)[0], (typeof ends)[0]];
  for (const end of ends) for (const id of ['a', 'b']) end.addPath(id, { group: id }, 0);
  const message = new Uint8Array(size).fill(7);
  let count = 0;
  while (clock() < runMs) {
    while (ann.send(message, { urgent }, clock()));
    for (const [from, to] of [
      [ann, ben],
      [ben, ann],
    ] as const) {
      const { frames, messages } = from.take(clock());
      for (const { path, frame } of frames) to.receive(path, frame, clock());
      count += messages.length;
    }
  }
  return (count / clock()) * 1000;
}

function copy(size: number, runMs: number): number {
  const message = new Uint8Array(size).fill(7);
  const begun = performance.now();
  let count = 0;
  for (; performance.now() - begun < runMs; count++) message.slice();
  return (count / (performance.now() - begun)) * 1000;
}

/** Links between simulated peers: ordered streams with a delay, that are cut and mended; a liar's bytes go astray on purpose. */
import type { SimPeer } from './peer.ts';
import type { Dice, World } from './world.ts';

interface Link {
  readonly a: SimPeer;
  readonly b: SimPeer;
  readonly delay: number;
  isUp: boolean;
  /** Grows with each connection, so that nothing of an older one arrives. */
  generation: number;
}

const REDIAL_MS = 200;

export function createNetwork(world: World, dice: Dice, liars: ReadonlySet<SimPeer>) {
  const links: Link[] = [];
  const isLinked = (link: Link): boolean => link.a.lines.has(link.b.name) || link.b.lines.has(link.a.name);

  const hangUp = (link: Link): void => {
    link.generation++;
    link.a.disconnect(link.b.name);
    link.b.disconnect(link.a.name);
  };
  const dial = (link: Link): void => {
    if (!link.isUp || isLinked(link)) return;
    const generation = ++link.generation;
    const carry = (from: SimPeer, to: SimPeer) => (bytes: Uint8Array) => {
      const arrived = liars.has(from) ? mangle(dice, bytes) : bytes;
      world.after(link.delay, () => {
        if (link.isUp && link.generation === generation) to.hear(from.name, arrived);
      });
    };
    const drop = (): void => {
      hangUp(link);
      redial(link);
    };
    link.b.connect(link.a.name, false, carry(link.b, link.a), drop);
    link.a.connect(link.b.name, true, carry(link.a, link.b), drop);
  };
  /** Whoever lost a connection tries again. */
  const redial = (link: Link): void => world.after(REDIAL_MS + dice.below(REDIAL_MS), () => dial(link));

  return {
    links,
    join(a: SimPeer, b: SimPeer, delay: number): void {
      const link = { a, b, delay, isUp: true, generation: 0 };
      links.push(link);
      dial(link);
    },
    cut(link: Link): void {
      link.isUp = false;
      hangUp(link);
    },
    mend(link: Link): void {
      link.isUp = true;
      dial(link);
    },
    restart(peer: SimPeer, disk?: ReturnType<SimPeer['backup']>): void {
      peer.restart(disk);
      for (const link of links) {
        if (link.a !== peer && link.b !== peer) continue;
        hangUp(link);
        redial(link);
      }
    },
  };
}

export type Network = ReturnType<typeof createNetwork>;

/** Now and then a byte is another, the end is missing, or all of it is noise. */
function mangle(dice: Dice, bytes: Uint8Array): Uint8Array {
  if (!dice.chance(0.05)) return bytes;
  const copy = bytes.slice();
  const kind = dice.below(3);
  if (kind === 0) copy[dice.below(copy.length)] = dice.below(256);
  if (kind === 1) return copy.subarray(0, dice.below(copy.length));
  if (kind === 2) for (const i of copy.keys()) copy[i] = dice.below(256);
  return copy;
}

/**
 * How many packets to swarms may be placed, from all and from one sender: counted in spans as long as the longest of them
 * lives, so that twice as many wait at most.
 */
export interface SwarmRoom {
  /** Whether one more of that key may be placed now. */
  take(sender: string): boolean;
}

export function createSwarmRoom(
  now: () => number,
  spanMs: number,
  policy: { readonly swarm_max: number; readonly swarm_per_sender: number },
): SwarmRoom {
  let since = Number.NEGATIVE_INFINITY;
  let all = 0;
  const bySender = new Map<string, number>();
  return {
    take(sender) {
      if (now() - since >= spanMs) {
        since = now();
        all = 0;
        bySender.clear();
      }
      const own = bySender.get(sender) ?? 0;
      if (all >= policy.swarm_max || own >= policy.swarm_per_sender) return false;
      all += 1;
      bySender.set(sender, own + 1);
      return true;
    },
  };
}

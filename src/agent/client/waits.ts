/** Who waits for the packet with a certain id. One that nobody waits for is nobody's answer, but news. */
import type { AgentPacket } from './types.ts';

/** Returns false while it wants more of that id. */
type Waiter = (packet: AgentPacket) => boolean;

export interface Waits {
  readonly size: number;
  add(id: string, waiter: Waiter): () => void;
  /** Whether somebody waited for it. */
  give(packet: AgentPacket): boolean;
}

export function createWaits(onChange: () => void): Waits {
  const waiters = new Map<string, Waiter>();
  const remove = (id: string, waiter: Waiter): void => {
    if (waiters.get(id) === waiter) waiters.delete(id);
    onChange();
  };
  return {
    get size() {
      return waiters.size;
    },
    add(id, waiter) {
      waiters.set(id, waiter);
      onChange();
      return () => remove(id, waiter);
    },
    give(packet) {
      const waiter = waiters.get(packet.id);
      if (waiter === undefined) return false;
      if (waiter(packet)) remove(packet.id, waiter);
      return true;
    },
  };
}

/**
 * What came in for a name, each packet once however often it is delivered: on disk in the folder of an installation,
 * else in memory. A packet is known by its envelope id (spec/03-envelope.md#id).
 */
import type { AgentPacket } from './types.ts';

export interface InboxEntry {
  /** Grows with each that comes in. */
  readonly arrival: number;
  readonly received: Date;
  readonly packet: AgentPacket;
}

export interface Inbox {
  /** Whether what was inserted survives this process. */
  readonly isDurable: boolean;
  /** False where it is there already. */
  insert(packet: AgentPacket): Promise<boolean>;
  /** The first of those that came in after what was marked as read. */
  unread(limit: number): Promise<InboxEntry[]>;
  /** All up to that arrival have been read. */
  markRead(arrival: number): Promise<void>;
  /** The last to come in, oldest of them first. */
  latest(limit: number): Promise<InboxEntry[]>;
  close(): Promise<void>;
}

/** How many packets, and how many ids of packets, memory holds. */
const MOST_PACKETS = 1000;
const MOST_IDS = 10_000;

export function memoryInbox(): Inbox {
  const ids = new Set<string>();
  const entries: InboxEntry[] = [];
  let arrival = 0;
  let read = 0;
  return {
    isDurable: false,
    async insert(packet) {
      const id = packet.envelopeId ?? '';
      if (ids.has(id)) return false;
      ids.add(id);
      if (ids.size > MOST_IDS) ids.delete(ids.values().next().value as string);
      arrival += 1;
      entries.push({ arrival, received: new Date(), packet });
      if (entries.length > MOST_PACKETS) entries.shift();
      return true;
    },
    unread: async (limit) => entries.filter((entry) => entry.arrival > read).slice(0, limit),
    markRead: async (until) => {
      read = Math.max(read, until);
    },
    latest: async (limit) => entries.slice(-limit),
    close: async () => {},
  };
}

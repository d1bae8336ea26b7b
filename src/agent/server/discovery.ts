/** What the server says about itself, as published: discover:info, discover:agents, discover:stats. */
import type { Packet } from '../../core/packet/packet.ts';
import { boundedMap } from '../../runtime/bounded-map.ts';
import type { Names } from './names.ts';
import { listed } from './words.ts';

export interface Discovery {
  readonly packets: number;
  count(packet: Packet): void;
  answer(query: string): string;
}

/** The version of keep-protocol whose behaviour this is. */
const VERSION = '0.5.0';
const SCARRED = 500;

export function createDiscovery(names: Names, key: string, now: () => number): Discovery {
  const startedAt = now();
  const scars = boundedMap<string, number>(SCARRED);
  const known = new Set<string>();
  let packets = 0;
  const info = () => ({
    version: VERSION,
    agents_online: names.size,
    uptime_sec: Math.floor((now() - startedAt) / 1000),
    /** Signs "queued" and receipts. */
    key,
    /** Milliseconds since 1970: whose clock is off can be told by it. */
    time: now(),
  });
  const stats = () => {
    const counted = [...known]
      .map((name) => [name, scars.get(name)] as const)
      .filter(([, count]) => count !== undefined);
    return { scar_exchanges: Object.fromEntries(counted), total_packets: packets };
  };
  return {
    get packets() {
      return packets;
    },
    count({ scar, src }) {
      packets += 1;
      if (scar.length === 0 || src.length > 64) return;
      scars.set(src, (scars.get(src) ?? 0) + 1);
      known.add(src);
      for (const name of known.size > SCARRED ? known : []) if (scars.get(name) === undefined) known.delete(name);
    },
    answer(query) {
      if (query === 'info') return JSON.stringify(info());
      if (query === 'agents') return listed('agents', names.list());
      if (query === 'stats') return JSON.stringify(stats());
      return 'error:unknown_discovery';
    },
  };
}

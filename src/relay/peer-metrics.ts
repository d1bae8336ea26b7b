/**
 * Other peers in /metrics: one label for each that is connected or was refused, the start of its key, and never more than
 * a bounded number of them; what is beyond counts under "other".
 */
import type { RemotePeer } from '../runtime/api-network.ts';
import type { Series } from './metrics.ts';

const MOST_LABELS = 100;
const OTHER = 'other';

export function peerSeries(peers: readonly RemotePeer[], refusals: ReadonlyMap<string, number>): Series[] {
  const labels = new Set(
    [...peers.filter(({ isConnected }) => isConnected), ...peers].map(({ key }) => key).slice(0, MOST_LABELS),
  );
  const labelOf = (key: string): string => (labels.has(key) ? key.slice(0, 16) : OTHER);
  const series = (
    name: string,
    kind: Series['kind'],
    help: string,
    read: (peer: RemotePeer) => number | undefined,
  ): Series => {
    const values = new Map<string, number>();
    for (const peer of peers) {
      const value = read(peer);
      if (value === undefined) continue;
      const label = labelOf(peer.key);
      const before = values.get(label) ?? 0;
      values.set(label, name.endsWith('seconds') ? Math.max(before, value) : before + value);
    }
    return { name, kind, help, values };
  };
  const refused = new Map<string, number>();
  for (const [key, count] of refusals) refused.set(labelOf(key), (refused.get(labelOf(key)) ?? 0) + count);
  return [
    series('peer_connected', 'gauge', 'Peers that are connected', ({ isConnected }) => Number(isConnected)),
    series('peer_sent_bytes_total', 'counter', 'Bytes sent to a peer', ({ sentBytes }) => sentBytes),
    series('peer_received_bytes_total', 'counter', 'Bytes received from a peer', ({ receivedBytes }) => receivedBytes),
    series('peer_round_trip_seconds', 'gauge', 'Shortest round trip of the paths to a peer', roundTripS),
    { name: 'peer_refused_total', kind: 'counter', help: 'Times that a peer was refused', values: refused },
  ];
}

function roundTripS({ paths }: RemotePeer): number | undefined {
  const known = paths.map(({ roundTripMs }) => roundTripMs).filter((ms) => ms !== undefined);
  return known.length === 0 ? undefined : Math.min(...known) / 1000;
}

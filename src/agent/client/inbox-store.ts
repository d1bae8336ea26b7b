/** The inbox of a name in an installation: a database in DATA_DIR/agents, one process at a time. */
import { join } from 'node:path';
import { fromHex, toHex, utf8 } from '../../core/bytes.ts';
import { decodePacket } from '../../core/packet/packet.ts';
import type { Placed, Store } from '../../core/ports.ts';
import { clock, sha256 } from '../../platform/node/crypto.ts';
import { openStore } from '../../platform/node/store.ts';
import type { Inbox, InboxEntry } from './inbox.ts';
import { payloadOf, shownFrom } from './packets.ts';
import type { AgentPacket } from './types.ts';

const SCOPE = 'inbox';
const SPACE = 'inbox';
const READ = 'read';
/** How long a packet is kept after it came in. */
const KEPT_MS = 30 * 86_400_000;

export async function openInbox(dataDir: string, name: string): Promise<Inbox> {
  const store = await openStore(join(dataDir, 'agents', `${fileName(name)}.db`), { clock });
  await store.sweep(clock.now());
  const read = async (): Promise<number> => Number((await store.record(SPACE, READ)) ?? 0);
  return {
    isDurable: true,
    insert: (packet) => insert(store, packet),
    unread: async (limit) => (await store.arrivals(SCOPE, await read(), limit)).map(entryOf),
    async markRead(arrival) {
      const value = String(Math.max(arrival, await read()));
      await store.commit([{ op: 'put', space: SPACE, key: READ, value }]);
    },
    latest: async (limit) => (await store.latest(SCOPE, limit)).map(entryOf),
    close: () => store.close(),
  };
}

/** Names have characters that file names have not. */
const fileName = (name: string): string => toHex(sha256(utf8(name))).slice(0, 32);

async function insert(store: Store, packet: AgentPacket): Promise<boolean> {
  const id = fromHex(packet.envelopeId ?? '');
  if (id === undefined) return true;
  const received = clock.now();
  const place = { op: 'place', scope: SCOPE, time: received, id, envelope: payloadOf(packet), received } as const;
  const [outcome] = await store.commit([{ ...place, expires: received + KEPT_MS, hint: '' }]);
  return outcome?.outcome === 'inserted';
}

const entryOf = ({ arrival, received, envelope }: Placed): InboxEntry => ({
  arrival,
  received: new Date(received),
  packet: shownFrom(decodePacket(envelope)),
});

/**
 * What waits for a relay (records of space "outbox") and what a relay refused (space "failed"). A record is written
 * in one batch with the message itself and goes only when the relay has acknowledged, so nothing is lost between.
 */
import { fromHex, toHex } from '../../core/bytes.ts';
import { decodeEnvelope } from '../../core/envelope/envelope.ts';
import { fromEnvelope, type PiperHint, type PiperMessage, toPost } from '../../core/envelope/piper.ts';
import type { Placed, StoreOp } from '../../core/ports.ts';
import { manifestHashes } from '../../core/seal/blob.ts';
import type { Delivery } from '../api.ts';
import { allRecords } from '../records.ts';
import type { PeerPorts } from './ports.ts';
import type { PostOutcome, RelayClient } from './relay-client.ts';

export interface Outbox {
  /** Takes an envelope in; the operation is to be committed with it. */
  enqueue(place: { scope: string; time: number; id: Uint8Array }): StoreOp;
  delivery(placed: Placed): Delivery;
  readonly queued: number;
  /** Posts what waits, in order of time, until done, told to wait or offline (rejects with RemoteError). */
  drain(relay: RelayClient, onDelivery: (placed: Placed) => void): Promise<{ waitMs: number }>;
  /** Queues a refused one again. Whether there was one. */
  retry(id: string): Promise<boolean>;
  reload(): Promise<void>;
}

interface Waiting {
  readonly scope: string;
  readonly time: number;
  readonly id: string;
}

const OUTBOX = 'outbox';
const FAILED = 'failed';

export async function createOutbox(ports: PeerPorts): Promise<Outbox> {
  const waiting = new Map<string, Waiting>();
  const failed = new Map<string, Waiting & { error: string }>();

  const reload = async () => {
    const [queued, refused] = await Promise.all([allRecords(ports.store, OUTBOX), allRecords(ports.store, FAILED)]);
    waiting.clear();
    failed.clear();
    for (const { value } of queued) remember(waiting, JSON.parse(value));
    for (const { value } of refused) remember(failed, JSON.parse(value));
  };
  const settle = async (item: Waiting, outcome: PostOutcome) => {
    const batch: StoreOp[] = [{ op: 'delete', space: OUTBOX, key: keyOf(item) }];
    if (outcome.kind === 'refused') {
      const refused = { ...item, error: outcome.error };
      batch.push({ op: 'put', space: FAILED, key: item.id, value: JSON.stringify(refused) });
      failed.set(item.id, refused);
    }
    await ports.store.commit(batch);
    waiting.delete(item.id);
  };

  await reload();
  return {
    reload,
    get queued() {
      return waiting.size;
    },
    enqueue({ scope, time, id }) {
      const item = { scope, time, id: toHex(id) };
      waiting.set(item.id, item);
      return { op: 'put', space: OUTBOX, key: keyOf(item), value: JSON.stringify(item) };
    },
    delivery(placed) {
      const id = toHex(placed.id);
      const refused = failed.get(id);
      if (refused) return { state: 'failed', error: refused.error };
      return { state: waiting.has(id) ? 'queued' : 'sent' };
    },
    async drain(relay, onDelivery) {
      await reload();
      for (const item of [...waiting.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))) {
        const placed = await ports.store.find(item.scope, item.time, fromHex(item.id) ?? new Uint8Array());
        const outcome: PostOutcome = placed ? await deliver(ports, relay, placed) : { kind: 'taken' };
        if (outcome.kind === 'later') return { waitMs: outcome.afterMs };
        await settle(item, outcome);
        if (placed) onDelivery(placed);
      }
      return { waitMs: 0 };
    },
    async retry(id) {
      const item = failed.get(id);
      if (item === undefined) return false;
      const { scope, time } = item;
      await ports.store.commit([
        { op: 'put', space: OUTBOX, key: keyOf(item), value: JSON.stringify({ scope, time, id }) },
        { op: 'delete', space: FAILED, key: id },
      ]);
      failed.delete(id);
      waiting.set(id, { scope, time, id });
      return true;
    },
  };
}

const remember = <T extends Waiting>(map: Map<string, T>, item: T) => void map.set(item.id, item);

const keyOf = ({ time, id }: Waiting): string => `${String(time).padStart(16, '0')}-${id}`;

/** The blobs first: a relay keeps only messages whose blobs it holds. */
async function deliver(ports: PeerPorts, relay: RelayClient, placed: Placed): Promise<PostOutcome> {
  const message = fromEnvelope(decodeEnvelope(placed.envelope));
  for (const hash of await blobsOf(ports, message)) {
    const bytes = await ports.blobs.get(hash);
    const outcome = bytes ? await relay.putBlob(hash, bytes) : undefined;
    if (outcome && outcome.kind !== 'taken') return outcome;
  }
  return relay.post(toPost(message, (placed.hint === '' ? {} : JSON.parse(placed.hint)) as PiperHint));
}

async function blobsOf(ports: PeerPorts, message: PiperMessage): Promise<string[]> {
  if (!('attachments' in message)) return [];
  const hashes: string[] = [];
  for (const { sha256 } of message.attachments) {
    const top = await ports.blobs.get(sha256);
    hashes.push(...(top ? manifestHashes(top) : []), sha256);
  }
  return hashes;
}

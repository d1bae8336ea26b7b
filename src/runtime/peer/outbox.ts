/**
 * What waits for a relay (records of space "outbox") and what a relay refused (space "failed"). A record is written
 * in one batch with the message itself and goes only when the relay has acknowledged, so nothing is lost between.
 */
import { fromHex, toHex } from '../../core/bytes.ts';
import type { Placed, StoreOp } from '../../core/ports.ts';
import type { Delivery } from '../api.ts';
import { allRecords } from '../records.ts';
import { deliver, type Progress } from './delivering.ts';
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
  /** Forgets a message that no relay has, and answers where it stood; undefined where it has gone or is just going out. */
  discard(id: string): Promise<Waiting | undefined>;
  reload(): Promise<void>;
}

export interface Waiting {
  readonly scope: string;
  readonly time: number;
  readonly id: string;
}

const OUTBOX = 'outbox';
const FAILED = 'failed';

export async function createOutbox(ports: PeerPorts): Promise<Outbox> {
  const waiting = new Map<string, Waiting>();
  const failed = new Map<string, Waiting & { error: string }>();
  const progress = new Map<string, Progress>();
  let leaving: string | undefined;

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

  const post = (relay: RelayClient, id: string, placed: Placed, onDelivery: (placed: Placed) => void) =>
    deliver(ports, relay, placed, {
      uploaded(now) {
        progress.set(id, now);
        onDelivery(placed);
      },
      isWanted: () => waiting.has(id),
      leaves() {
        leaving = id;
      },
    }).finally(() => {
      leaving = undefined;
      progress.delete(id);
    });

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
      const under = progress.get(id);
      return waiting.has(id) ? { state: 'queued', ...(under && { progress: under }) } : { state: 'sent' };
    },
    async drain(relay, onDelivery) {
      await reload();
      for (const item of [...waiting.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))) {
        const placed = await ports.store.find(item.scope, item.time, fromHex(item.id) ?? new Uint8Array());
        const outcome = placed ? await post(relay, item.id, placed, onDelivery) : ({ kind: 'taken' } as const);
        if (!waiting.has(item.id)) continue;
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
    async discard(id) {
      const item = leaving === id ? undefined : (waiting.get(id) ?? failed.get(id));
      if (item === undefined) return undefined;
      const { scope, time } = item;
      waiting.delete(id);
      failed.delete(id);
      await ports.store.commit([
        { op: 'delete', space: OUTBOX, key: keyOf(item) },
        { op: 'delete', space: FAILED, key: id },
        { op: 'remove', scope, time, id: fromHex(id) ?? new Uint8Array() },
      ]);
      return { scope, time, id };
    },
  };
}

const remember = <T extends Waiting>(map: Map<string, T>, item: T) => void map.set(item.id, item);

const keyOf = ({ time, id }: Waiting): string => `${String(time).padStart(16, '0')}-${id}`;

/**
 * What waits for a relay (records of space "outbox") and what a relay refused (space "failed"). A record is written
 * in one batch with the message itself and goes only when the relay has acknowledged, so nothing is lost between.
 */
import { fromHex, toHex } from '../../core/bytes.ts';
import type { Placed, StoreOp } from '../../core/ports.ts';
import type { Delivery } from '../api.ts';
import { boundedMap } from '../bounded-map.ts';
import { deliver, type Progress } from './delivering.ts';
import { createOutboxMirror, FAILED, OUTBOX, type Waiting } from './outbox-mirror.ts';
import type { PeerPorts } from './ports.ts';
import type { PostOutcome, RelayClient } from './relay-client.ts';

export interface Outbox {
  /** Takes an envelope in; the operation is to be committed with it, and `entered` to be called once it is. */
  enqueue(place: Place): StoreOp;
  /** Any envelope that has been committed; those that were not taken in are passed over. */
  entered(placed: Pick<Place, 'id'>): void;
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

type Place = Pick<Placed, 'scope' | 'time' | 'id'>;

const MOST_ENTERING = 10_000;

export async function createOutbox(ports: PeerPorts): Promise<Outbox> {
  const mirror = createOutboxMirror(ports.store);
  const { waiting, failed, reload } = mirror;
  /** Bounded: what could not be committed stays here until it is pushed out. */
  const entering = boundedMap<string, Waiting>(MOST_ENTERING);
  const progress = new Map<string, Progress>();
  let leaving: string | undefined;

  const settle = async (item: Waiting, outcome: PostOutcome) => {
    const batch: StoreOp[] = [{ op: 'delete', space: OUTBOX, key: keyOf(item) }];
    const refused = outcome.kind === 'refused' ? { ...item, error: outcome.error } : undefined;
    if (refused) batch.push({ op: 'put', space: FAILED, key: item.id, value: JSON.stringify(refused) });
    await ports.store.commit(batch);
    mirror.change((waits, fails) => {
      waits.delete(item.id);
      if (refused) fails.set(item.id, refused);
    });
    entering.delete(item.id);
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
      entering.set(item.id, item);
      return { op: 'put', space: OUTBOX, key: keyOf(item), value: JSON.stringify(item) };
    },
    entered({ id }) {
      const item = entering.get(toHex(id));
      if (item === undefined) return;
      entering.delete(item.id);
      mirror.change((waits) => waits.set(item.id, item));
    },
    delivery(placed) {
      const id = toHex(placed.id);
      const refused = failed.get(id);
      if (refused) return { state: 'failed', error: refused.error };
      const under = progress.get(id);
      const isQueued = waiting.has(id) || entering.get(id) !== undefined;
      return isQueued ? { state: 'queued', ...(under && { progress: under }) } : { state: 'sent' };
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
      mirror.change((waits, fails) => {
        fails.delete(id);
        waits.set(id, { scope, time, id });
      });
      return true;
    },
    async discard(id) {
      const item = leaving === id ? undefined : (waiting.get(id) ?? failed.get(id));
      if (item === undefined) return undefined;
      const { scope, time } = item;
      const forget = () =>
        mirror.change((waits, fails) => {
          waits.delete(id);
          fails.delete(id);
        });
      // At once, so that it does not go out meanwhile; and after, for a read that began before.
      forget();
      await ports.store.commit([
        { op: 'delete', space: OUTBOX, key: keyOf(item) },
        { op: 'delete', space: FAILED, key: id },
        { op: 'remove', scope, time, id: fromHex(id) ?? new Uint8Array() },
      ]);
      forget();
      return { scope, time, id };
    },
  };
}

const keyOf = ({ time, id }: Waiting): string => `${String(time).padStart(16, '0')}-${id}`;

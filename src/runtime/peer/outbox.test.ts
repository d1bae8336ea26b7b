import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Store } from '../../core/ports.ts';
import { createMemoryStore } from '../../platform/memory/store.ts';
import { clock } from '../../platform/node/crypto.ts';
import { createOutbox } from './outbox.ts';
import { OUTBOX } from './outbox-mirror.ts';
import type { PeerPorts } from './ports.ts';
import type { RelayClient } from './relay-client.ts';

const place = { scope: 'channel/main', time: 1, id: new Uint8Array(32).fill(7) };
const placed = { ...place, arrival: 1, envelope: new Uint8Array(1), received: 1, expires: 0, hint: '' };

/** A store whose reads of the outbox, once held, have read and don't answer before they are let go. */
async function slowlyRead() {
  const inner = createMemoryStore({ clock });
  let held: Promise<void> | undefined;
  const store: Store = {
    ...inner,
    async records(space, limit, after) {
      const found = await inner.records(space, limit, after);
      if (space === OUTBOX) await held;
      return found;
    },
  };
  const outbox = await createOutbox({ store } as unknown as PeerPorts);
  return {
    outbox,
    take: async () => {
      await store.commit([{ op: 'place', ...placed }, outbox.enqueue(place)]);
      outbox.entered(placed);
    },
    /** Does it while the outbox is being read, after the records were. */
    whileReading: async (task: () => Promise<unknown>) => {
      let letGo = () => {};
      held = new Promise((resolve) => {
        letGo = resolve;
      });
      const reading = outbox.reload();
      await task();
      letGo();
      await reading;
    },
  };
}

const taking = { post: async () => ({ kind: 'taken' }) } as unknown as RelayClient;

test('what is taken in while the records are read waits afterwards too', async () => {
  const { outbox, take, whileReading } = await slowlyRead();
  await whileReading(take);
  assert.deepEqual(outbox.delivery(placed), { state: 'queued' });
  assert.equal(outbox.queued, 1);
});

test('what is not committed yet when the records are read counts as waiting, never as sent', async () => {
  const { outbox } = await slowlyRead();
  outbox.enqueue(place);
  await outbox.reload();
  assert.deepEqual(outbox.delivery(placed), { state: 'queued' });
});

test('what could not be committed does not count as waiting', async () => {
  const { outbox } = await slowlyRead();
  outbox.enqueue(place);
  assert.equal(outbox.queued, 0);
  assert.deepEqual(await outbox.drain(taking, () => assert.fail('nothing is there to go out')), { waitMs: 0 });
});

test('what was taken back while the records are read does not wait again', async () => {
  const { outbox, take, whileReading } = await slowlyRead();
  await take();
  await whileReading(() => outbox.discard('07'.repeat(32)));
  assert.equal(outbox.queued, 0);
});

test('what entered by another hand than this is none of the outbox’s', async () => {
  const { outbox } = await slowlyRead();
  outbox.entered(placed);
  assert.equal(outbox.queued, 0);
  assert.deepEqual(outbox.delivery(placed), { state: 'sent' });
});

/**
 * The contract of the Store port: one suite, every adapter. An adapter earns it with a few lines
 * (store.test.ts). Random histories are in store-model.ts.
 */
import assert from 'node:assert/strict';
import { after, beforeEach, describe, it } from 'node:test';
import { UsageError } from '../../src/core/errors.ts';
import type { Placed, Store, StoreOp } from '../../src/core/ports.ts';
import { type FakeClock, fakeClock, freshPlace, idOf, placeOp, type StoreAdapter } from './store-fixtures.ts';
import { logContract } from './store-logs.ts';
import { comparedWithModel } from './store-model.ts';

const arrivalsOf = (placed: readonly Placed[]): number[] => placed.map(({ arrival }) => arrival);
const timesOf = (placed: readonly Placed[]): number[] => placed.map(({ time }) => time);

export function storeContract(adapter: StoreAdapter): void {
  describe(`the Store contract over ${adapter.name}`, () => {
    let clock: FakeClock;
    let place: string;
    let store: Store;
    beforeEach(async () => {
      clock = fakeClock();
      place = freshPlace();
      await store?.close();
      store = await adapter.open(place, clock);
    });
    after(async () => {
      await store?.close();
      await adapter.cleanUp?.();
    });

    it('has an epoch of 16 hex characters', () => {
      assert.match(store.epoch, /^[0-9a-f]{16}$/);
    });

    it('returns what was placed, field by field', async () => {
      const op = placeOp(1, { expires: 9_000_000, hint: '{"username":"ann ✓"}' });
      const [outcome] = await store.commit([op]);
      assert.equal(outcome?.outcome, 'inserted');
      const found = await store.find('channel:main', 1001, idOf(1));
      const { op: _, ...fields } = op as StoreOp & { op: string };
      assert.deepEqual(found, { ...fields, arrival: (outcome as { arrival: number }).arrival });
      assert.deepEqual(Object.keys(found ?? {}).sort(), [
        'arrival',
        'envelope',
        'expires',
        'hint',
        'id',
        'received',
        'scope',
        'time',
      ]);
    });

    it('places an envelope once in a scope, whatever the time, and names the first arrival', async () => {
      const [first] = await store.commit([placeOp(1)]);
      const again = await store.commit([placeOp(1), placeOp(1, { time: 5 })]);
      const arrival = (first as { arrival: number }).arrival;
      assert.deepEqual(again, [
        { outcome: 'known', arrival },
        { outcome: 'known', arrival },
      ]);
      assert.equal((await store.latest('channel:main', 10)).length, 1);
    });

    it('places an envelope once though one batch holds it twice', async () => {
      const [first, second] = await store.commit([placeOp(1), placeOp(1)]);
      assert.equal(first?.outcome, 'inserted');
      assert.deepEqual(second, { outcome: 'known', arrival: (first as { arrival: number }).arrival });
    });

    it('places one envelope in several scopes, each with its own arrival, and keeps the first bytes', async () => {
      await store.commit([placeOp(1)]);
      await store.commit([placeOp(1, { scope: 'mailbox:x', time: 7, envelope: Uint8Array.of(9) })]);
      const here = await store.find('channel:main', 1001, idOf(1));
      const there = await store.find('mailbox:x', 7, idOf(1));
      assert.deepEqual(there?.envelope, here?.envelope);
      assert.ok((there?.arrival ?? 0) > (here?.arrival ?? 0));
    });

    it('keeps an envelope until its last placement is removed', async () => {
      await store.commit([placeOp(1), placeOp(1, { scope: 'mailbox:x' })]);
      await store.commit([{ op: 'remove', scope: 'channel:main', time: 1001, id: idOf(1) }]);
      assert.equal(await store.find('channel:main', 1001, idOf(1)), undefined);
      assert.deepEqual((await store.find('mailbox:x', 1001, idOf(1)))?.envelope, envelopeOf(placeOp(1)));
      await store.commit([{ op: 'remove', scope: 'mailbox:x', time: 1001, id: idOf(1) }]);
      await store.commit([placeOp(1, { envelope: Uint8Array.of(7) })]);
      assert.deepEqual((await store.find('channel:main', 1001, idOf(1)))?.envelope, Uint8Array.of(7));
    });

    it('removes only what stands at that time', async () => {
      await store.commit([placeOp(1)]);
      await store.commit([
        { op: 'remove', scope: 'channel:main', time: 1, id: idOf(1) },
        { op: 'remove', scope: 'channel:none', time: 1001, id: idOf(1) },
      ]);
      assert.ok(await store.find('channel:main', 1001, idOf(1)));
    });

    it('lists by (time, id), whatever the order of arrival', async () => {
      await store.commit([placeOp(3), placeOp(1), placeOp(9, { time: 1002 }), placeOp(2), placeOp(5, { time: 1002 })]);
      const all = await store.latest('channel:main', 10);
      assert.deepEqual(
        all.map(({ id }) => id[5]),
        [1, 2, 5, 9, 3],
      );
      assert.deepEqual(timesOf(await store.latest('channel:main', 2)), [1002, 1003]);
      assert.deepEqual(timesOf(await store.latest('channel:main', 10, 1002)), [1001]);
      assert.deepEqual(timesOf(await store.latest('channel:main', 0)), []);
      assert.deepEqual(timesOf(await store.since('channel:main', 1001, 10)), [1002, 1002, 1002, 1003]);
      assert.deepEqual(timesOf(await store.since('channel:main', 1001, 1)), [1002]);
      assert.deepEqual(timesOf(await store.since('channel:other', 0, 1)), []);
    });

    it('lists arrivals in their order, each scope its own', async () => {
      const outcomes = await store.commit([placeOp(3), placeOp(1), placeOp(2, { scope: 'channel:b' }), placeOp(2)]);
      const [a, b, , d] = outcomes.map((outcome) => (outcome as { arrival: number }).arrival);
      assert.deepEqual(arrivalsOf(await store.arrivals('channel:main', 0, 10)), [a, b, d]);
      assert.deepEqual(arrivalsOf(await store.arrivals('channel:main', a ?? 0, 10)), [b, d]);
      assert.deepEqual(arrivalsOf(await store.arrivals('channel:main', a ?? 0, 1)), [b]);
      assert.deepEqual(await store.arrivals('channel:main', d ?? 0, 1), []);
    });

    it('never uses an arrival twice, also where the last placement was removed', async () => {
      const [first] = await store.commit([placeOp(1)]);
      await store.commit([{ op: 'remove', scope: 'channel:main', time: 1001, id: idOf(1) }]);
      if (adapter.durable) {
        await store.close();
        store = await adapter.open(place, clock);
      }
      const [second] = await store.commit([placeOp(2)]);
      assert.ok((second as { arrival: number }).arrival > (first as { arrival: number }).arrival);
    });

    it('hides what has expired from the moment on, and places it anew', async () => {
      const [first] = await store.commit([placeOp(1, { expires: 5000 }), placeOp(2)]);
      clock.time = 4999;
      assert.equal((await store.latest('channel:main', 10)).length, 2);
      clock.time = 5000;
      assert.equal(await store.find('channel:main', 1001, idOf(1)), undefined);
      for (const listed of [
        await store.latest('channel:main', 10),
        await store.latest('channel:main', 10, 5000),
        await store.since('channel:main', 0, 10),
        await store.arrivals('channel:main', 0, 10),
      ]) {
        assert.deepEqual(timesOf(listed), [1002]);
      }
      const [again] = await store.commit([placeOp(1, { expires: 0 })]);
      assert.equal(again?.outcome, 'inserted');
      assert.ok((again as { arrival: number }).arrival > (first as { arrival: number }).arrival);
      assert.equal((await store.latest('channel:main', 10)).length, 2);
    });

    it('sweeps what has expired, however much, and nothing else', async () => {
      const many = Array.from({ length: 700 }, (_, n) => placeOp(n, { expires: 5000 + (n % 2) }));
      await store.commit([...many, placeOp(1, { scope: 'mailbox:x', expires: 9000 })]);
      assert.equal(await store.sweep(4999), 0);
      assert.equal(await store.sweep(5000), 350);
      assert.deepEqual(await store.totals(''), { scopes: 2, placements: 351 });
      assert.equal(await store.sweep(5001), 350);
      assert.deepEqual(await store.totals(''), { scopes: 1, placements: 1 });
      assert.ok(await store.find('mailbox:x', 1001, idOf(1)));
    });

    it('keeps the statistics of scopes', async () => {
      await store.commit([
        placeOp(5),
        placeOp(2),
        placeOp(3, { scope: 'channel:b' }),
        placeOp(4, { scope: 'mailbox:x' }),
      ]);
      assert.deepEqual(await store.scopes('channel:', 10), [
        { scope: 'channel:main', created: 1010, count: 2, latest: 1005 },
        { scope: 'channel:b', created: 1008, count: 1, latest: 1003 },
      ]);
      assert.equal((await store.scopes('', 2)).length, 2);
      assert.deepEqual(await store.scopes('channel:c', 10), []);
      assert.deepEqual(await store.totals('channel:'), { scopes: 2, placements: 3 });
      await store.commit([{ op: 'remove', scope: 'channel:main', time: 1005, id: idOf(5) }]);
      assert.deepEqual(await store.scopes('channel:main', 10), [
        { scope: 'channel:main', created: 1010, count: 1, latest: 1002 },
      ]);
      await store.commit([{ op: 'remove', scope: 'channel:main', time: 1002, id: idOf(2) }]);
      assert.deepEqual(await store.scopes('channel:main', 10), []);
    });

    it('writes, keeps, lists and deletes records', async () => {
      const put = (key: string, value: string, ifAbsent?: boolean): StoreOp => ({
        op: 'put',
        space: 'username',
        key,
        value,
        ...(ifAbsent === undefined ? {} : { ifAbsent }),
      });
      assert.deepEqual(await store.commit([put('b', '1', true), put('b', '2', true), put('a', '3')]), [
        { outcome: 'done' },
        { outcome: 'present', value: '1' },
        { outcome: 'done' },
      ]);
      await store.commit([put('b', ''), put('c', 'ü'), { op: 'put', space: 'other', key: 'a', value: 'x' }]);
      assert.equal(await store.record('username', 'b'), '');
      assert.equal(await store.record('username', 'none'), undefined);
      assert.equal(await store.count('username'), 3);
      assert.deepEqual(await store.records('username', 2), [
        { key: 'a', value: '3' },
        { key: 'b', value: '' },
      ]);
      assert.deepEqual(await store.records('username', 2, 'b'), [{ key: 'c', value: 'ü' }]);
      assert.deepEqual(await store.commit([{ op: 'delete', space: 'username', key: 'b' }]), [{ outcome: 'done' }]);
      assert.equal(await store.record('username', 'b'), undefined);
      assert.equal(await store.count('username'), 2);
    });

    it('stores nothing of a batch that holds one wrong operation', async () => {
      const wrong: StoreOp[] = [
        placeOp(2, { id: new Uint8Array(31) }),
        placeOp(2, { time: 0.5 }),
        placeOp(2, { expires: Number.NaN }),
        placeOp(2, { envelope: new Uint8Array(262_145) }),
        placeOp(2, { envelope: new Uint8Array(0) }),
        placeOp(2, { scope: '' }),
        placeOp(2, { scope: 'a\0b' }),
        placeOp(2, { hint: '\ud800' }),
        { op: 'put', space: 's', key: 'k'.repeat(513), value: '' },
        { op: 'put', space: '', key: 'k', value: '' },
        { op: 'other' } as unknown as StoreOp,
      ];
      for (const op of wrong) await assert.rejects(store.commit([placeOp(1), op]), UsageError);
      await assert.rejects(store.latest('channel:main', -1), UsageError);
      await assert.rejects(store.since('channel:main', Number.NaN, 1), UsageError);
      assert.deepEqual(await store.totals(''), { scopes: 0, placements: 0 });
    });

    it('shares no memory with its caller', async () => {
      const op = placeOp(1, { envelope: Buffer.from('pooled') }) as Extract<StoreOp, { op: 'place' }>;
      const committing = store.commit([op]);
      op.envelope.fill(0);
      op.id.fill(0);
      await committing;
      const found = await store.find('channel:main', 1001, idOf(1));
      assert.equal(new TextDecoder().decode(found?.envelope), 'pooled');
      assert.equal(found?.envelope.constructor, Uint8Array);
      assert.equal(found?.envelope.buffer.byteLength, 6);
      found?.envelope.fill(0);
      const again = await store.find('channel:main', 1001, idOf(1));
      assert.equal(new TextDecoder().decode(again?.envelope), 'pooled');
    });

    it('shows what was acknowledged to every later read, whatever else waits', async () => {
      await Promise.all(
        Array.from({ length: 200 }, async (_, n) => {
          const [outcome] = await store.commit([placeOp(n, { scope: `channel:${n % 3}` })]);
          assert.equal(outcome?.outcome, 'inserted');
          assert.ok(await store.find(`channel:${n % 3}`, 1000 + n, idOf(n)));
        }),
      );
      assert.deepEqual(await store.totals(''), { scopes: 3, placements: 200 });
    });

    it('refuses work once closed, finishes what was begun, and closes twice', async () => {
      await store.commit(Array.from({ length: 600 }, (_, n) => placeOp(n, { expires: 5000 })));
      const committing = store.commit([placeOp(700)]);
      const sweeping = store.sweep(5000);
      const closing = store.close();
      assert.equal((await committing)[0]?.outcome, 'inserted');
      assert.equal(await sweeping, 600);
      await closing;
      await store.close();
      await assert.rejects(store.commit([placeOp(2)]), UsageError);
      await assert.rejects(store.totals(''), UsageError);
    });

    if (adapter.durable) {
      it('holds everything after it was closed and opened again, under the same epoch', async () => {
        await store.commit([placeOp(1), placeOp(2), { op: 'put', space: 's', key: 'k', value: 'v' }]);
        const held = await store.latest('channel:main', 10);
        const { epoch } = store;
        await store.close();
        store = await adapter.open(place, clock);
        assert.equal(store.epoch, epoch);
        assert.deepEqual(await store.latest('channel:main', 10), held);
        assert.equal(await store.record('s', 'k'), 'v');
      });
    }

    logContract(adapter);
    comparedWithModel(adapter);
  });
}

const envelopeOf = (op: StoreOp): Uint8Array | undefined => (op.op === 'place' ? op.envelope : undefined);

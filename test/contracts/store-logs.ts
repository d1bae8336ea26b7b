/** The part of the Store contract that is about logs. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { UsageError } from '../../src/core/errors.ts';
import type { Store } from '../../src/core/ports.ts';
import { appendOp, authorOf, fakeClock, freshPlace, idOf, type StoreAdapter } from './store-fixtures.ts';

export function logContract(adapter: StoreAdapter): void {
  const withStore = (work: (store: Store, reopen: () => Promise<Store>) => Promise<void>) => async () => {
    const [place, clock] = [freshPlace(), fakeClock()];
    let store = await adapter.open(place, clock);
    const reopen = async () => {
      await store.close();
      store = await adapter.open(place, clock);
      return store;
    };
    try {
      await work(store, reopen);
    } finally {
      await store.close();
    }
  };
  const outcomes = async (store: Store, ...ops: Parameters<Store['commit']>[0]) =>
    (await store.commit(ops)).map(({ outcome }) => outcome);

  it(
    'appends the next entry of a log alone, and tells a known one, a fork and a gap',
    withStore(async (store) => {
      assert.deepEqual(await outcomes(store, appendOp('a', 1)), ['gap']);
      assert.deepEqual(await outcomes(store, appendOp('a', 0), appendOp('a', 1)), ['inserted', 'inserted']);
      const [known, forked, gap] = await store.commit([
        appendOp('a', 0),
        appendOp('a', 1, { id: idOf(7) }),
        appendOp('a', 3),
      ]);
      assert.deepEqual(known, { outcome: 'known', arrival: 1 });
      assert.deepEqual(forked, { outcome: 'forked', id: appendOp('a', 1).id });
      assert.deepEqual(gap, { outcome: 'gap', next: 2 });
      assert.equal((await store.log(authorOf('a')))?.next, 2);
    }),
  );

  it(
    'returns entries field by field, by depth, by id and by arrival',
    withStore(async (store) => {
      const op = appendOp('a', 0, { kind: 'note', received: 77, verified: false });
      await store.commit([op, appendOp('b', 0), appendOp('a', 1, { kind: 'other' })]);
      const { op: _, ...fields } = op;
      const row = { ...fields, arrival: 1 };
      assert.deepEqual(await store.entries(authorOf('a'), 0, 1), [row]);
      assert.deepEqual(await store.entryById(op.id), row);
      assert.equal(await store.entryById(idOf(9)), undefined);
      const depths = async (...of: Parameters<Store['entriesByArrival']>) =>
        (await store.entriesByArrival(...of)).map(({ author, depth }) => `${author[0]}${depth}`);
      assert.deepEqual(await depths(0, 10), ['a0', 'b0', 'a1']);
      assert.deepEqual(await depths(1, 1), ['b0']);
      assert.deepEqual(await depths(0, 9, { author: authorOf('a') }), ['a0', 'a1']);
      assert.deepEqual(await depths(1, 9, { author: authorOf('a') }), ['a1']);
      assert.deepEqual(await depths(0, 9, { kind: 'note' }), ['a0', 'b0']);
      assert.deepEqual(await depths(0, 9, { author: authorOf('a'), kind: 'other' }), ['a1']);
      assert.deepEqual(
        (await store.logs(9)).map(({ author }) => author[0]),
        ['a', 'b'],
      );
      assert.deepEqual(
        (await store.logs(9, authorOf('a'))).map(({ author }) => author[0]),
        ['b'],
      );
    }),
  );

  it(
    'counts entries as verified only behind others that are',
    withStore(async (store) => {
      const author = authorOf('a');
      const verified = async () => (await store.entries(author, 0, 9)).map((row) => row.verified);
      await store.commit([appendOp('a', 0, { verified: false }), appendOp('a', 1)]);
      assert.deepEqual(await verified(), [false, false]);
      await store.commit([appendOp('a', 0)]);
      assert.deepEqual(await verified(), [true, false]);
      await store.commit([{ op: 'verified', author, through: 99 }]);
      assert.equal((await store.log(author))?.verifiedThrough, 1);
      await store.commit([{ op: 'verified', author, through: 0 }]);
      assert.deepEqual(await verified(), [true, true]);
    }),
  );

  it(
    'removes the end of a log or the whole of it, and appends there again under new arrivals',
    withStore(async (store, reopen) => {
      const author = authorOf('a');
      await store.commit([appendOp('a', 0), appendOp('a', 1), appendOp('a', 2)]);
      await store.commit([{ op: 'truncate', author, depth: 1 }]);
      const { head, next, verifiedThrough } = (await store.log(author)) ?? assert.fail('no log');
      assert.deepEqual([head, next, verifiedThrough], [appendOp('a', 0).id, 1, 0]);
      assert.equal(await store.entryById(appendOp('a', 2).id), undefined);
      const other = appendOp('a', 1, { id: idOf(9) });
      assert.deepEqual(await store.commit([other]), [{ outcome: 'inserted', arrival: 4 }]);
      await store.commit([{ op: 'forget', author }]);
      assert.equal(await store.log(author), undefined);
      assert.deepEqual(await store.entriesByArrival(0, 9), []);
      const later = adapter.durable ? await reopen() : store;
      assert.deepEqual(await later.commit([appendOp('a', 0)]), [{ outcome: 'inserted', arrival: 5 }]);
    }),
  );

  it(
    'takes hundreds of entries in a commit and finds each by its id, also when opened again',
    withStore(async (store, reopen) => {
      const unique = Array.from({ length: 256 }, (_, depth) => appendOp('a', depth, { id: idOf(depth) }));
      assert.ok((await store.commit(unique)).every(({ outcome }) => outcome === 'inserted'));
      const later = adapter.durable ? await reopen() : store;
      for (const { id, depth } of unique) assert.equal((await later.entryById(id))?.depth, depth);
      assert.equal((await later.log(authorOf('a')))?.next, 256);
    }),
  );

  it(
    'gives each of two writers its place once',
    withStore(async (store) => {
      const rival = appendOp('a', 0, { id: idOf(1) });
      const results = await Promise.all([store.commit([appendOp('a', 0)]), store.commit([rival])]);
      assert.deepEqual(
        results.flat().map(({ outcome }) => outcome),
        ['inserted', 'forked'],
      );
    }),
  );

  it(
    'refuses what no log can hold',
    withStore(async (store) => {
      await assert.rejects(store.commit([appendOp('a', -1)]), UsageError);
      await assert.rejects(store.commit([appendOp('a', 0, { author: 'x' })]), UsageError);
      await assert.rejects(store.commit([appendOp('a', 0, { bytes: new Uint8Array() })]), UsageError);
      await assert.rejects(store.entries('x', 0, 1), UsageError);
    }),
  );
}

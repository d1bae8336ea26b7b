import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openDB } from 'idb';
import { StorageError } from '../../core/errors.ts';
import type { StoreOp } from '../../core/ports.ts';
import { openStore } from './store.ts';
import { groupQueue } from './store-queue.ts';

const clock = { now: () => 1000 };
const record = (key: string): StoreOp => ({ op: 'put', space: 's', key, value: 'v' });

describe('the IndexedDB store', () => {
  it('refuses a database of a newer version and says what cures it', async () => {
    (await openDB('newer', 99)).close();
    await assert.rejects(openStore('newer', { clock }), (error: unknown) => {
      assert.ok(error instanceof StorageError);
      assert.match(error.message, /^Cannot open database newer: expected version \d+ or older.*reload the page/);
      return true;
    });
  });

  it('lets a newer version of the page take over, and says so from then on', async () => {
    const store = await openStore('taken-over', { clock });
    await store.commit([record('a')]);
    (await openDB('taken-over', 99)).close();
    await assert.rejects(store.commit([record('b')]), StorageError);
    await assert.rejects(store.record('s', 'a'), /reload the page/);
    await store.close();
  });

  it('shares one database between two openers, with arrivals that never collide', async () => {
    const [left, right] = await Promise.all([openStore('shared', { clock }), openStore('shared', { clock })]);
    const place = (n: number): StoreOp => {
      const id = new Uint8Array(32).fill(n);
      return { op: 'place', scope: 'x', time: n, id, envelope: id, received: 1, expires: 0, hint: '' };
    };
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? left : right).commit([place(n)])),
    );
    const arrivals = outcomes.flat().map((each) => (each.outcome === 'inserted' ? each.arrival : 0));
    assert.equal(new Set(arrivals).size, 40);
    assert.ok(!arrivals.includes(0));
    assert.deepEqual(await left.arrivals('x', 0, 100), await right.arrivals('x', 0, 100));
    await Promise.all([left.close(), right.close()]);
  });
});

describe('the queue before IndexedDB', () => {
  it('does together what waits, and tries each alone where that fails', async () => {
    const groups: number[][] = [];
    const queue = groupQueue<number, number>(async (jobs) => {
      groups.push([...jobs]);
      if (jobs.includes(2)) throw new Error('no room');
      return jobs.map((job) => job * 10);
    });
    const settled = await Promise.allSettled([1, 2, 3].map((job) => queue.add(job)));
    assert.deepEqual(groups, [[1, 2, 3], [1], [2], [3]]);
    assert.deepEqual(
      settled.map((each) => (each.status === 'fulfilled' ? each.value : 'failed')),
      [10, 'failed', 30],
    );
  });
});

/** The contract of the BlobStore port: one suite, every adapter. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { UsageError } from '../../src/core/errors.ts';
import type { BlobStore } from '../../src/core/ports.ts';
import { createMemoryBlobs } from '../../src/platform/memory/blobs.ts';
import { type FakeClock, fakeClock, freshPlace } from './store-fixtures.ts';

export interface BlobAdapter {
  readonly name: string;
  /** The same `place` opens the same data again, where the adapter keeps it. */
  open(place: string, clock: FakeClock): Promise<BlobStore>;
  readonly durable: boolean;
  /** How many random histories to try. */
  readonly runs?: number;
  cleanUp?(): Promise<void>;
}

/** Reproducible bytes; sizes on both sides of every boundary that an adapter may draw. */
export function blobOf(n: number, size: number): { hash: string; bytes: Uint8Array } {
  const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 31 + n * 17 + (i >> 8)) & 0xff);
  return { hash: createHash('sha256').update(bytes).digest('hex'), bytes };
}

const SMALL = blobOf(1, 1000);
const LARGE = blobOf(2, 300_000);

export function blobContract(adapter: BlobAdapter): void {
  describe(`the BlobStore contract over ${adapter.name}`, () => {
    let clock: FakeClock;
    let place: string;
    let blobs: BlobStore;
    beforeEach(async () => {
      clock = fakeClock();
      place = freshPlace();
      await blobs?.close();
      blobs = await adapter.open(place, clock);
    });
    after(async () => {
      await blobs?.close();
      await adapter.cleanUp?.();
    });

    for (const size of [0, 1, 16_384, 16_385, 300_000, 2_097_152]) {
      it(`returns a blob of ${size} bytes as it was put, whole and in ranges`, async () => {
        const { hash, bytes } = blobOf(3, size);
        assert.equal(await blobs.put(hash, bytes), 'stored');
        assert.deepEqual(await blobs.get(hash), bytes);
        assert.deepEqual(await blobs.get(hash, 1), bytes.slice(1));
        assert.deepEqual(await blobs.get(hash, 5, 900), bytes.slice(5, 900));
        assert.deepEqual(await blobs.get(hash, 0, size + 100), bytes);
        assert.deepEqual(await blobs.get(hash, size + 1, size + 2), new Uint8Array(0));
        assert.deepEqual(await blobs.get(hash, 7, 7), new Uint8Array(0));
        assert.equal(await blobs.size(hash), size);
      });
    }

    it('knows nothing of a blob that was never put', async () => {
      assert.equal(await blobs.get(SMALL.hash), undefined);
      assert.equal(await blobs.get(SMALL.hash, 1, 2), undefined);
      assert.equal(await blobs.size(SMALL.hash), undefined);
      await blobs.delete(SMALL.hash);
      assert.equal(await blobs.total(), 0);
    });

    it('keeps a blob once, also where it is put many times at once, and counts it once', async () => {
      for (const { hash, bytes } of [SMALL, LARGE]) {
        const outcomes = await Promise.all(Array.from({ length: 8 }, () => blobs.put(hash, bytes)));
        assert.equal(outcomes.filter((outcome) => outcome === 'stored').length, 1);
        assert.equal(await blobs.put(hash, bytes), 'known');
      }
      assert.equal(await blobs.total(), SMALL.bytes.length + LARGE.bytes.length);
    });

    it('forgets what is deleted, and takes it again', async () => {
      for (const { hash, bytes } of [SMALL, LARGE]) {
        await blobs.put(hash, bytes);
        await blobs.delete(hash);
        assert.equal(await blobs.get(hash), undefined);
        assert.equal(await blobs.size(hash), undefined);
        assert.equal(await blobs.total(), 0);
        assert.equal(await blobs.put(hash, bytes), 'stored');
        assert.deepEqual(await blobs.get(hash), bytes);
        await blobs.delete(hash);
      }
    });

    it('lists by ascending hash, a page at a time, with size and time', async () => {
      const all = Array.from({ length: 7 }, (_, n) => blobOf(n, 10 + n * 4000));
      for (const { hash, bytes } of all) {
        clock.time += 10;
        await blobs.put(hash, bytes);
      }
      const expected = all
        .map(({ hash, bytes }, n) => ({ hash, size: bytes.length, added: 1010 + n * 10 }))
        .sort((a, b) => (a.hash < b.hash ? -1 : 1));
      assert.deepEqual(await blobs.list(100), expected);
      const first = await blobs.list(3);
      assert.deepEqual(first, expected.slice(0, 3));
      assert.deepEqual(await blobs.list(100, first[2]?.hash), expected.slice(3));
      assert.deepEqual(await blobs.list(0), []);
    });

    it('refuses names that are no hashes and ranges that are none', async () => {
      for (const name of ['', 'a'.repeat(63), 'A'.repeat(64), `../${'a'.repeat(61)}`, `${'a'.repeat(63)}/`]) {
        await assert.rejects(blobs.put(name, SMALL.bytes), UsageError);
        await assert.rejects(blobs.get(name), UsageError);
        await assert.rejects(blobs.size(name), UsageError);
        await assert.rejects(blobs.delete(name), UsageError);
      }
      for (const [start, end] of [
        [-1, 5],
        [5, 4],
        [0.5, 5],
        [0, Number.NaN],
      ]) {
        await assert.rejects(blobs.get(SMALL.hash, start, end), UsageError);
      }
      await assert.rejects(blobs.list(-1), UsageError);
    });

    it('shares no memory with its caller', async () => {
      const bytes = Buffer.from('pooled');
      const hash = createHash('sha256').update(bytes).digest('hex');
      const putting = blobs.put(hash, bytes);
      bytes.fill(0);
      await putting;
      const found = await blobs.get(hash);
      assert.equal(found?.constructor, Uint8Array);
      assert.equal(found?.buffer.byteLength, 6);
      found?.fill(0);
      assert.equal(new TextDecoder().decode(await blobs.get(hash)), 'pooled');
    });

    it('refuses work once closed, finishes what was begun, and closes twice', async () => {
      const putting = blobs.put(LARGE.hash, LARGE.bytes);
      const closing = blobs.close();
      assert.equal(await putting, 'stored');
      await closing;
      await blobs.close();
      await assert.rejects(blobs.get(LARGE.hash), UsageError);
    });

    if (adapter.durable) {
      it('holds everything after it was closed and opened again', async () => {
        await blobs.put(SMALL.hash, SMALL.bytes);
        await blobs.put(LARGE.hash, LARGE.bytes);
        const listed = await blobs.list(10);
        await blobs.close();
        blobs = await adapter.open(place, clock);
        assert.deepEqual(await blobs.get(SMALL.hash), SMALL.bytes);
        assert.deepEqual(await blobs.get(LARGE.hash), LARGE.bytes);
        assert.deepEqual(await blobs.list(10), listed);
        assert.equal(await blobs.total(), SMALL.bytes.length + LARGE.bytes.length);
      });
    }

    memoryModel(adapter);
  });
}

const n = fc.integer({ min: 0, max: 3 });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ step: fc.constant('put' as const), n }) },
  { weight: 2, arbitrary: fc.record({ step: fc.constant('delete' as const), n }) },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('reopen' as const), n }) },
);

function memoryModel(adapter: BlobAdapter): void {
  it('behaves as the memory adapter does over random histories', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (history) => {
        const clock = fakeClock();
        const place = freshPlace();
        const model = createMemoryBlobs({ clock });
        let blobs = await adapter.open(place, clock);
        try {
          for (const each of history) {
            clock.time++;
            const { hash, bytes } = blobOf(each.n, 6000 * (each.n + 1));
            if (each.step === 'put') assert.equal(await blobs.put(hash, bytes), await model.put(hash, bytes));
            if (each.step === 'delete') await Promise.all([blobs.delete(hash), model.delete(hash)]);
            if (each.step === 'reopen' && adapter.durable) {
              await blobs.close();
              blobs = await adapter.open(place, clock);
            }
            assert.deepEqual(await observe(blobs), await observe(model));
          }
        } finally {
          await blobs.close();
        }
      }),
      { numRuns: adapter.runs ?? 20 },
    );
  });
}

async function observe(blobs: BlobStore): Promise<unknown> {
  const gets = [0, 1, 2, 3].map((each) => blobs.get(blobOf(each, 6000 * (each + 1)).hash, 5, 20_000));
  return Promise.all([...gets, blobs.list(10), blobs.total()]);
}

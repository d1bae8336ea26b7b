/** Files of any size in logs: kept in chunks, named for every client, carried, verified, collected. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toHex } from '../../src/core/bytes.ts';
import { DecodeError, UsageError } from '../../src/core/errors.ts';
import { blobsIn } from '../../src/core/log/dialect.ts';
import { decodeFileManifest, encodeFileManifest } from '../../src/core/log/manifest.ts';
import { LIMITS } from '../../src/core/registry.ts';
import { sha256 } from '../../src/platform/node/crypto.ts';
import { createCourier, temporaryFolder } from '../bundle/support.ts';
import { collect, createTestLogs } from './support.ts';

const CHUNK = LIMITS.logBlobBytes;

/** Bytes that repeat nowhere, in pieces of odd sizes. */
function* piecesOf(size: number): Generator<Uint8Array> {
  for (let at = 0; at < size; ) {
    const piece = new Uint8Array(Math.min(77_777, size - at));
    for (let i = 0; i < piece.length; i++) piece[i] = ((at + i) * 2_654_435_761) >>> 13;
    at += piece.length;
    yield piece;
  }
}

const digest = async (pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> => {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return toHex(sha256(Buffer.concat(all)));
};

for (const [size, chunks] of [
  [0, 1],
  [1, 1],
  [CHUNK, 1],
  [CHUNK + 1, 2],
  [3 * CHUNK, 3],
] as const) {
  test(`a file of ${size} bytes is kept in ${chunks} and comes out as it went in`, async () => {
    const { logs } = await createTestLogs();
    const file = await logs.files.put(piecesOf(size));
    assert.deepEqual([file.size, file.chunks, file.missing], [size, chunks, 0]);
    assert.deepEqual(await logs.files.find(file.id), file);
    assert.equal(await digest(logs.files.get(file.id)), await digest(piecesOf(size)));
  });
}

test('a small file that begins like a manifest is given one, so that nobody takes it for one', async () => {
  const { logs } = await createTestLogs();
  const bytes = encodeFileManifest({ size: 3, chunkBytes: 3, chunks: [new Uint8Array(32)] });
  const { id } = await logs.files.put([bytes]);
  assert.deepEqual(Buffer.concat(await collect(logs.files.get(id))), Buffer.from(bytes));
});

test('before an entry that names a large file, others name its chunks, once', async () => {
  const { logs } = await createTestLogs();
  const count = LIMITS.chunksPerEntry + 2;
  const { id } = await logs.files.put(piecesOf((count - 1) * CHUNK + 5));
  await logs.append('photo', { picture: id });
  await logs.append('again', { picture: id });
  const entries = await collect(logs.entries());
  assert.deepEqual(
    entries.map(({ kind, body }) => [kind, body.length]),
    [
      ['pipes.chunks', 60],
      ['pipes.chunks', 2],
      ['photo', 1],
      ['again', 1],
    ],
  );
  const named = entries.flatMap(({ dialect, text }) => blobsIn(dialect, text).map(toHex));
  assert.equal(new Set(named).size, count + 1);
});

test('a large file travels in a bundle as plain blobs, and goes when nothing names it any more', async (t) => {
  const folder = await temporaryFolder(t);
  const [author, reader] = [await createCourier(), await createCourier()];
  const { id } = await author.logs.files.put(piecesOf(2 * CHUNK + 9));
  await author.logs.append('photo', { picture: id });
  await author.bundles.export(folder);
  const report = await reader.bundles.import(folder);
  assert.deepEqual([report.imported, report.blobs.stored, report.wantedBlobs], [2, 4, []]);
  assert.equal(await digest(reader.logs.files.get(id)), await digest(piecesOf(2 * CHUNK + 9)));
  assert.equal(await reader.logs.files.collect(), 0);
  await reader.logs.block((await author.logs.own()).key);
  assert.equal(await reader.logs.files.collect(), 4);
  assert.equal(await reader.logs.files.find(id), undefined);
});

test('a file whose chunks are not all here says which is missing', async () => {
  const [author, reader] = [await createTestLogs(), await createTestLogs()];
  const { id } = await author.logs.files.put(piecesOf(2 * CHUNK));
  await author.logs.append('photo', { picture: id });
  await reader.logs.importEntries(author.logs.exportEntries());
  await assert.rejects(collect(reader.logs.files.get(id)), /its blob FILE\.\w+ is not here yet/);
  const hash = toHex(blobsIn('2020-06', id)[0] ?? new Uint8Array());
  await reader.logs.blobs.take(hash, (await author.logs.blobs.get(hash)) ?? new Uint8Array());
  assert.equal((await reader.logs.files.find(id))?.missing, 2);
  await assert.rejects(collect(reader.logs.files.get(id)), /its chunk 1 of 2, FILE\.\w+ is not here yet/);
});

test('a file that is given up leaves nothing behind', async () => {
  const { logs, ports } = await createTestLogs();
  const controller = new AbortController();
  const onProgress = () => controller.abort();
  await assert.rejects(logs.files.put(piecesOf(9 * CHUNK), { signal: controller.signal, onProgress }), UsageError);
  assert.equal(await logs.files.collect(), 1);
  assert.equal(await ports.blobs.total(), 0);
});

test('a manifest is read as it was written, and nothing else is taken for one', () => {
  const hashes = fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(hashes, fc.integer({ min: 1, max: CHUNK }), fc.nat(), (chunks, chunkBytes, less) => {
      const size = chunks.length * chunkBytes - (less % chunkBytes);
      const bytes = encodeFileManifest({ size, chunkBytes, chunks });
      assert.deepEqual(decodeFileManifest(bytes), { size, chunkBytes, chunks });
      assert.throws(() => decodeFileManifest(bytes.subarray(0, -1)), DecodeError);
      assert.throws(() => decodeFileManifest(Buffer.concat([bytes, Uint8Array.of(0)])), DecodeError);
    }),
  );
});

test('a manifest that claims more than it holds allocates nothing for it', () => {
  const huge = [0x50, 0x46, 1, 1, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0, 1];
  assert.throws(() => decodeFileManifest(Uint8Array.from(huge)), DecodeError);
});

test('a block that is broken off is finished at the next start, and no file goes before its entry', async () => {
  const [author, reader] = [await createTestLogs(), await createTestLogs()];
  const { id } = await author.logs.files.put([Buffer.from('a picture')]);
  await author.logs.append('photo', { picture: id });
  const key = (await author.logs.own()).key;
  await reader.logs.importEntries(author.logs.exportEntries());
  const { store } = reader.ports;
  for (let left = 0; left < 3; left++) {
    let commits = 0;
    const failing: typeof store = {
      ...store,
      commit: (batch) => (commits++ < left ? store.commit(batch) : Promise.reject(new Error('killed'))),
    };
    const blocking = createTestLogs({ ...reader.ports, store: failing }).then(({ logs }) => logs.block(key));
    await assert.rejects(blocking, /killed/);
  }
  assert.equal((await store.log(key))?.next, 1);
  await createTestLogs(reader.ports);
  assert.equal(await store.log(key), undefined);
  assert.deepEqual(await store.records('blob-named', 9), []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RemoteError, UsageError, VerificationError } from '../core/errors.ts';
import { isSealedBlob, manifestHashes } from '../core/seal/blob.ts';
import { ciphers, random, sha256 } from '../platform/node/crypto.ts';
import { openFile, type SealedBlob, sealFile, sealFileTo } from './files.ts';

const ports = { ciphers, random, sha256 };
const MIB = 1_048_576;
const plain = (size: number) => ({ name: 'dir/photo.jpg', type: 'image/jpeg', bytes: random(size) });
const shelf = (blobs: SealedBlob[]) => {
  const held = new Map(blobs.map(({ hash, bytes }) => [hash, bytes]));
  return Object.assign(async (hash: string) => held.get(hash), { held });
};

for (const size of [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB, 3 * MIB + 5]) {
  test(`a file of ${size} bytes opens as it was sealed`, async () => {
    const original = plain(size);
    const { file, attachment, blobs } = await sealFile(original, ports);
    const chunks = Math.max(1, Math.ceil(size / MIB));
    assert.equal(blobs.length, chunks === 1 ? 1 : chunks + 1);
    assert.ok(blobs.every(({ bytes }) => isSealedBlob(bytes)));
    const top = blobs.at(-1);
    assert.deepEqual(attachment, {
      ...{ filename: 'sealed', mime_type: 'application/vnd.pipes.sealed' },
      ...{ sha256: top?.hash, size_bytes: top?.bytes.length },
    });
    assert.deepEqual([file.name, file.type, file.size], ['photo.jpg', 'image/jpeg', size]);
    const opened = await openFile(file, shelf(blobs), ports);
    assert.equal(Buffer.compare(opened, original.bytes), 0);
  });
}

test('the same file sealed twice has nothing in common outside', async () => {
  const original = plain(100);
  const [one, two] = [await sealFile(original, ports), await sealFile(original, ports)];
  assert.notEqual(one.attachment.sha256, two.attachment.sha256);
  assert.equal(Buffer.from(one.blobs[0]?.bytes ?? []).includes(original.bytes), false);
});

test('a missing, exchanged or shortened blob is told apart from a good one', async () => {
  const { file, blobs } = await sealFile(plain(2 * MIB + 9), ports);
  const [first, second, third, manifest] = blobs;
  assert.ok(first && second && third && manifest);
  assert.deepEqual(manifestHashes(manifest.bytes), [first.hash, second.hash, third.hash]);
  const open = (change: (held: Map<string, Uint8Array>) => void) => {
    const fetch = shelf(blobs);
    change(fetch.held);
    return openFile(file, fetch, ports);
  };
  await assert.rejects(
    open((held) => held.delete(second.hash)),
    RemoteError,
  );
  await assert.rejects(
    open((held) => held.delete(manifest.hash)),
    RemoteError,
  );
  await assert.rejects(
    open((held) => held.set(second.hash, first.bytes)),
    VerificationError,
  );
  await assert.rejects(
    open((held) => held.set(third.hash, third.bytes.subarray(1))),
    VerificationError,
  );
});

test('a chunk serves under its own key, in its own place, and the last one only as the last', async () => {
  const long = await sealFile(plain(2 * MIB), ports);
  const [first] = long.blobs;
  assert.ok(first);
  const cut = { ...long.file, size: MIB, hash: sha256(first.bytes) };
  await assert.rejects(openFile(cut, shelf(long.blobs), ports), VerificationError, 'cut to its first chunk');
  const short = await sealFile(plain(9), ports);
  await assert.rejects(openFile({ ...short.file, key: random(32) }, shelf(short.blobs), ports), VerificationError);
  await assert.rejects(openFile({ ...short.file, size: 8 }, shelf(short.blobs), ports), VerificationError, 'size');
  await assert.rejects(openFile({ ...long.file, size: 2 * MIB + 1 }, shelf(long.blobs), ports), VerificationError);
});

test('progress is told by chunk, and a signal ends the work', async () => {
  const steps: number[] = [];
  const stop = new AbortController();
  const original = plain(2 * MIB + 9);
  const { file, blobs } = await sealFile(original, ports, { onProgress: (done) => steps.push(done) });
  assert.deepEqual(steps, [MIB, 2 * MIB, 2 * MIB + 9]);
  const options = { signal: stop.signal, onProgress: () => stop.abort() };
  await assert.rejects(openFile(file, shelf(blobs), ports, options), UsageError);
  await assert.rejects(sealFile(original, ports, { signal: stop.signal }), UsageError);
});

test('blobs are handed over one by one, and a failing hand stops the work', async () => {
  let puts = 0;
  const put = async () => {
    if (++puts === 2) throw new Error('full');
  };
  await assert.rejects(sealFileTo(put, plain(3 * MIB), ports), /full/);
  assert.equal(puts, 2);
});

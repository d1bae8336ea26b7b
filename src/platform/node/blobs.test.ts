import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openBlobs } from './blobs.ts';

const root = mkdtempSync(join(tmpdir(), 'pipes-blob-files-'));
const clock = { now: () => 1 };
const bytes = new Uint8Array(100_000).fill(7);
const hash = createHash('sha256').update(bytes).digest('hex');
const fileIn = (folder: string, name = hash): string => join(folder, name.slice(0, 2), name);

describe('blobs in files', () => {
  after(() => rmSync(root, { recursive: true, force: true }));

  it('never serves a truncated file, forgets it, and takes the blob again', async () => {
    const folder = join(root, 'truncated');
    const blobs = await openBlobs(folder, { clock });
    await blobs.put(hash, bytes);
    truncateSync(fileIn(folder), 99_999);
    assert.equal(await blobs.get(hash, 0, 10), undefined);
    assert.equal(await blobs.size(hash), undefined);
    assert.equal(await blobs.total(), 0);
    assert.equal(await blobs.put(hash, bytes), 'stored');
    assert.deepEqual(await blobs.get(hash), bytes);
    await blobs.close();
  });

  it('replaces a damaged file when the blob is put, though nobody has read it', async () => {
    const folder = join(root, 'replaced');
    const blobs = await openBlobs(folder, { clock });
    await blobs.put(hash, bytes);
    rmSync(fileIn(folder));
    assert.equal(await blobs.put(hash, bytes), 'stored');
    assert.deepEqual(await blobs.get(hash), bytes);
    assert.equal(await blobs.total(), bytes.length);
    await blobs.close();
  });

  it('removes temporary files when it opens, and leaves none behind', async () => {
    const folder = join(root, 'temporary');
    mkdirSync(join(folder, 'tmp'), { recursive: true });
    writeFileSync(join(folder, 'tmp', `${hash}-1`), 'half');
    const blobs = await openBlobs(folder, { clock });
    assert.deepEqual(readdirSync(join(folder, 'tmp')), []);
    await blobs.put(hash, bytes);
    assert.deepEqual(readdirSync(join(folder, 'tmp')), []);
    await blobs.close();
  });

  it('deletes the file with the blob', async () => {
    const folder = join(root, 'deleted');
    const blobs = await openBlobs(folder, { clock });
    await blobs.put(hash, bytes);
    assert.equal(existsSync(fileIn(folder)), true);
    await blobs.delete(hash);
    assert.equal(existsSync(fileIn(folder)), false);
    await blobs.close();
  });
});

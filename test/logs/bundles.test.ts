/** Bundles between peers, over a platform that keeps them in memory. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex, utf8 } from '../../src/core/bytes.ts';
import { sha256 } from '../../src/platform/node/crypto.ts';
import { createBundles } from '../../src/runtime/bundles.ts';
import { createBlobIntake } from '../../src/runtime/intake/blobs.ts';
import { createMemorySticks } from '../support/memory-sticks.ts';
import { createTestLogs } from './support.ts';

test('a bundle carries entries and the blobs that they name, and is known the second time', async () => {
  const { platform, sticks } = createMemorySticks();
  const bundlesOf = ({ logs, ports }: Awaited<ReturnType<typeof createTestLogs>>) =>
    createBundles({
      platform,
      logs,
      blobs: createBlobIntake({ ...ports, logBlobs: logs.blobs }),
      store: ports.store,
      sha256,
    });
  const [author, reader] = [await createTestLogs(), await createTestLogs()];
  const picture = await author.logs.blobs.put(utf8('a picture'));
  await author.logs.append('note', { text: 'hello', picture });
  await bundlesOf(author).export('stick');
  const [written] = sticks.get('stick') ?? [];
  assert.ok(written);
  sticks.set('stick', [{ ...written, blobs: [...written.blobs, utf8('named by nobody')] }]);
  const report = await bundlesOf(reader).import('stick');
  assert.deepEqual([report.imported, report.blobs, report.wantedBlobs], [1, { stored: 1, known: 0, refused: 0 }, []]);
  const hash = toHex(sha256(utf8('a picture')));
  assert.equal(Buffer.from((await reader.logs.blobs.get(hash)) ?? []).toString(), 'a picture');
  const again = await bundlesOf(reader).import('stick');
  assert.deepEqual([again.imported, again.known, again.blobs.known], [0, 1, 1]);
  await reader.logs.block((await author.logs.own()).key);
  await bundlesOf(reader).export('other', { authors: [(await author.logs.own()).key] });
  assert.deepEqual(sticks.get('other'), []);
});

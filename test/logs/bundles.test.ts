/** Bundles between peers, over a platform that keeps them in memory. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BundleContent, Bundles } from '../../src/core/bundle/bundle.ts';
import { concat, toHex, utf8 } from '../../src/core/bytes.ts';
import { blobsIn } from '../../src/core/log/dialect.ts';
import { sha256 } from '../../src/platform/node/crypto.ts';
import { createBundles } from '../../src/runtime/bundles.ts';
import { collect, createTestLogs } from './support.ts';

/** One bundle for each name: the entries of each part, and the blobs that they name. */
function createMemoryBundles() {
  const kept = new Map<
    string,
    { dialect: '2020-04' | '2020-06' | '2020-12'; text: Uint8Array; blobs: Uint8Array[] }[]
  >();
  const write = async (target: string, content: BundleContent) => {
    const parts = await Promise.all(
      content.parts.map(async ({ dialect, entries }) => {
        const all = await collect(entries);
        const named = all.flatMap((entry) => blobsIn(dialect, Buffer.from(entry).toString()));
        const sources = await Promise.all(named.map((hash) => content.blob(hash)));
        const blobs = await Promise.all(
          sources
            .filter((source) => source !== undefined)
            .map(async (source) => concat(...(await collect(source.read())))),
        );
        return { dialect, text: concat(...all.flatMap((entry) => [entry, utf8('\n\n')])), blobs };
      }),
    );
    kept.set(target, parts);
    return { volumes: [target], entries: 0, blobs: 0, blobsKept: 0, blobsMissing: 0, bytes: 0 };
  };
  async function* of<T>(...items: T[]) {
    yield* items;
  }
  const platform: Bundles = {
    write,
    open: async (source) => ({
      parts: (kept.get(source) ?? []).map(({ dialect, text, blobs }) => ({
        path: 'messages.pgn',
        dialect,
        entries: () => of(text),
        blobs: () => of(...blobs.map((bytes) => ({ path: 'b', size: bytes.length, read: () => of(bytes) }))),
      })),
      close: async () => undefined,
    }),
    inspect: async () => assert.fail('not asked for'),
  };
  return { platform, kept };
}

test('a bundle carries entries and the blobs that they name, and is known the second time', async () => {
  const { platform, kept } = createMemoryBundles();
  const bundlesOf = ({ logs, ports }: Awaited<ReturnType<typeof createTestLogs>>) =>
    createBundles({ platform, logs, store: ports.store, sha256 });
  const [author, reader] = [await createTestLogs(), await createTestLogs()];
  const picture = await author.logs.blobs.put(utf8('a picture'));
  await author.logs.append('note', { text: 'hello', picture });
  await bundlesOf(author).export('stick');
  kept.get('stick')?.[0]?.blobs.push(utf8('named by nobody'));
  const report = await bundlesOf(reader).import('stick');
  assert.deepEqual([report.imported, report.blobs, report.wantedBlobs], [1, { stored: 1, known: 0, refused: 0 }, []]);
  const hash = toHex(sha256(utf8('a picture')));
  assert.equal(Buffer.from((await reader.logs.blobs.get(hash)) ?? []).toString(), 'a picture');
  const again = await bundlesOf(reader).import('stick');
  assert.deepEqual([again.imported, again.known, again.blobs.known], [0, 1, 1]);
  await reader.logs.block((await author.logs.own()).key);
  await bundlesOf(reader).export('other', { authors: [(await author.logs.own()).key] });
  assert.deepEqual(kept.get('other'), []);
});

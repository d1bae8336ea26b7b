/** Decoders of what bundles and syncing peers carry: packs, manifests of files, ranges. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeFileManifest, encodeFileManifest } from '../src/core/log/manifest.ts';
import { decodePack, encodePack } from '../src/core/pack.ts';
import { ItemSet } from '../src/core/sync/item-set.ts';
import { decodeRanges, encodeRanges } from '../src/core/sync/range-message.ts';
import { beginReconciliation, reconcile } from '../src/core/sync/ranges.ts';
import { sha256 } from '../src/platform/node/crypto.ts';
import { readsBack, type Target } from './target.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

const fileManifests: Target = {
  name: 'file-manifest',
  seeds: fc
    .tuple(fc.array(bytes(32), { maxLength: 5 }), fc.integer({ min: 1, max: 360_000 }))
    .map(([chunks, chunkBytes]) => encodeFileManifest({ size: chunks.length * chunkBytes, chunkBytes, chunks })),
  check: (input) => readsBack(input, decodeFileManifest, encodeFileManifest),
};

const packs: Target = {
  name: 'pack',
  seeds: fc
    .record({
      day: fc.nat(30_000),
      items: fc.uniqueArray(
        fc.record({ id: bytes(32), envelope: fc.uint8Array({ minLength: 103, maxLength: 200 }), received: fc.nat() }),
        { maxLength: 5, selector: ({ id }) => Buffer.from(id).toString('hex') },
      ),
      peer: bytes(32),
      signature: bytes(64),
    })
    .map(({ day, items, peer, signature }) => {
      const scope = 'channel:main';
      const records = items.map(({ id, received }) => ({ id, scope, received, expires: 0, hops: 0 }));
      return encodePack({ scope, day, envelopes: items.map(({ envelope }) => envelope), peer, records, signature });
    }),
  // Unknown fields that may be skipped are not written again: only the full form compares.
  check: (input) =>
    readsBack(input, decodePack, (pack) => {
      const again = encodePack(pack);
      return again.length === input.length ? again : undefined;
    }),
};

const set = new ItemSet();
for (let n = 0; n < 200; n++) set.add({ time: n >> 2, id: sha256(Uint8Array.of(n)) });

/** Read strictly; whatever is asked for is answered within bounds and never throws. */
const ranges: Target = {
  name: 'sync-ranges',
  seeds: fc.nat(199).map((n) => {
    const part = new ItemSet();
    for (const item of [...Array(n).keys()]) part.add({ time: item >> 2, id: sha256(Uint8Array.of(item)) });
    return beginReconciliation(part, sha256);
  }),
  check(input) {
    const { reply } = reconcile(set, input, sha256);
    assert.ok(reply === undefined || reply.length <= 65_536);
    return readsBack(input, decodeRanges, encodeRanges);
  },
};

export const carriedTargets: readonly Target[] = [fileManifests, packs, ranges];

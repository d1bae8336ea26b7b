/** Zips that were made to harm: bombs, lying headers, names that point elsewhere. Nothing is believed, all is bounded. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { crc32, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { DecodeError, PipesError } from '../../src/core/errors.ts';
import { openBundle } from '../../src/platform/node/bundle-reader.ts';
import { writeBundle } from '../../src/platform/node/bundle-write.ts';
import { collect } from '../logs/support.ts';
import { contentOf, createCourier, makeLogWithBlobs, temporaryFolder } from './support.ts';

interface Member {
  name: string;
  bytes: Buffer;
  /** What the headers claim, where that is a lie. */
  claims?: number;
  mode?: number;
}

/** A zip written by hand, so that it can lie. */
function zipOf(members: readonly Member[]): Buffer {
  const parts: Buffer[] = [];
  const list: Buffer[] = [];
  let at = 0;
  for (const { name, bytes, claims = bytes.length, mode = 0o100644 } of members) {
    const packed = deflateRawSync(bytes);
    const named = Buffer.from(name, 'latin1');
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(20, 4);
    head.writeUInt16LE(8, 8);
    head.writeUInt32LE(crc32(bytes), 14);
    head.writeUInt32LE(packed.length, 18);
    head.writeUInt32LE(claims, 22);
    head.writeUInt16LE(named.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(0x0314, 4);
    head.copy(entry, 6, 4, 30);
    entry.writeUInt32LE((mode << 16) >>> 0, 38);
    entry.writeUInt32LE(at, 42);
    list.push(entry, named);
    parts.push(head, named, packed);
    at += head.length + named.length + packed.length;
  }
  const directory = Buffer.concat(list);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, directory, end]);
}

const made = await makeLogWithBlobs(1);
const messages = Buffer.from(`${made.entries.join('\n\n')}\n`);

test('a zip that is well formed is read, also when another program wrote it', async (t) => {
  const path = join(await temporaryFolder(t), 'b.zip');
  await writeFile(path, zipOf([{ name: 'messages.pgn', bytes: messages }]));
  const { bundles } = await createCourier();
  assert.equal((await bundles.import(path)).imported, 12);
});

for (const [what, members] of [
  ['unpacks to a thousand times its size', [{ name: 'messages.pgn', bytes: Buffer.alloc(90_000_000) }]],
  ['holds more than its header says', [{ name: 'messages.pgn', bytes: messages, claims: 100 }]],
  ['holds less than its header says', [{ name: 'messages.pgn', bytes: messages, claims: 9_000_000 }]],
  ['names nothing that a bundle has', [{ name: '../messages.pgn/x', bytes: messages }]],
  [
    'holds a link in place of its entries',
    [{ name: 'messages.pgn', bytes: Buffer.from('/etc/passwd'), mode: 0o120777 }],
  ],
] as const) {
  test(`a zip that ${what} is refused`, async (t) => {
    const path = join(await temporaryFolder(t), 'b.zip');
    await writeFile(path, zipOf(members));
    await assert.rejects(async () => {
      const bundle = await openBundle(path);
      try {
        for (const part of bundle.parts) await collect(part.entries());
      } finally {
        await bundle.close();
      }
    }, DecodeError);
  });
}

test('names that point outside, or are none, reach no file', async (t) => {
  const path = join(await temporaryFolder(t), 'b.zip');
  const blobs = ['../../x.blb', '/x.blb', 'C:\\x.blb', 'a/../x.blb', 'x\0.blb', 'CON.blb', `${'y'.repeat(2000)}.blb`];
  const named = blobs.map((name) => ({ name, bytes: Buffer.from('?') }));
  await writeFile(path, zipOf([{ name: 'messages.pgn', bytes: messages }, ...named]));
  const { bundles } = await createCourier();
  const report = await bundles.import(path);
  assert.deepEqual([report.imported, report.blobs.stored, report.blobs.refused], [12, 0, 0]);
});

test('a file that claims to be huge costs no memory, and one of the wrong bytes is not kept', async (t) => {
  const folder = await temporaryFolder(t);
  await writeBundle(folder, contentOf([made]));
  const [part] = (await openBundle(folder)).parts;
  const [blob] = await collect(part?.blobs() ?? assert.fail());
  await writeFile(join(folder, blob?.path ?? ''), Buffer.alloc(50_000_000));
  const { bundles } = await createCourier();
  const report = await bundles.import(folder);
  assert.deepEqual([report.blobs.refused, report.wantedBlobs.length], [1, 1]);
});

test('a zip with any byte changed is refused, or what it gives is verified all the same', async (t) => {
  const path = join(await temporaryFolder(t), 'b.zip');
  const zip = zipOf([{ name: 'messages.pgn', bytes: messages }]);
  await fc.assert(
    fc.asyncProperty(fc.nat(zip.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const damaged = Buffer.from(zip);
      damaged[at] = (damaged[at] ?? 0) ^ flip;
      await writeFile(path, damaged);
      const { bundles, logs } = await createCourier();
      await bundles.import(path).catch((error) => assert.ok(error instanceof PipesError, String(error)));
      for (const entry of await collect(logs.entries())) assert.ok(made.entries.includes(entry.text));
    }),
    { numRuns: 60 },
  );
});

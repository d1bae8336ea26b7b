/** Bundles as they come: every layout, every case, damaged, zipped, sealed, split, on a medium that can't be written. */
import assert from 'node:assert/strict';
import { createReadStream, readdirSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { StorageError, UsageError, VerificationError } from '../../src/core/errors.ts';
import { openBundle } from '../../src/platform/node/bundle-reader.ts';
import { writeBundle } from '../../src/platform/node/bundle-write.ts';
import { collect } from '../logs/support.ts';
import { contentOf, createCourier, makeLogWithBlobs, temporaryFolder } from './support.ts';

const vectors = resolve(import.meta.dirname, '../vectors/pigeon');
const DIALECTS = ['2020-04', '2020-06', '2020-12'] as const;
const ENTRIES = 45;
const BLOBS = 3;

async function taken(source: string) {
  const { bundles } = await createCourier();
  const { imported, refused, blobs, wantedBlobs } = await bundles.import(source);
  return { imported, refused: refused.map(({ reason }) => reason), blobs: blobs.stored, missing: wantedBlobs.length };
}

const WHOLE = { imported: ENTRIES, refused: [], blobs: BLOBS, missing: 0 };

/** Every name in the folder and below it, changed. */
async function renamed(folder: string, change: (name: string) => string): Promise<void> {
  for (const item of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, item.name);
    if (item.isDirectory()) await renamed(path, change);
    await rename(path, join(folder, change(item.name)));
  }
}

for (const dialect of DIALECTS) {
  test(`a published bundle of ${dialect} is read from a folder, whatever a medium did to the case of its names`, async (t) => {
    const folder = await temporaryFolder(t);
    assert.deepEqual(await taken(join(vectors, dialect)), WHOLE);
    for (const change of [(name: string) => name.toUpperCase(), (name: string) => name.toLowerCase()]) {
      const copy = join(folder, change('Case'));
      await cp(join(vectors, dialect), copy, { recursive: true });
      await renamed(copy, change);
      assert.deepEqual(await taken(copy), WHOLE);
    }
  });

  test(`a bundle of ${dialect} goes through a folder and a zip, and comes out the same`, async (t) => {
    const folder = await temporaryFolder(t);
    const { bundles, logs } = await createCourier();
    await bundles.import(join(vectors, dialect));
    const authors = (await collect(logs.list())).map(({ author }) => author);
    const original = await readFile(join(vectors, dialect, 'messages.pgn'));
    for (const name of ['plain', 'packed.zip']) {
      const written = await bundles.export(join(folder, name), { authors });
      assert.deepEqual([written.entries, written.blobs], [ENTRIES, BLOBS]);
      assert.deepEqual(await taken(join(folder, name)), WHOLE);
      const opened = await openBundle(join(folder, name));
      assert.deepEqual(Buffer.concat(await collect(opened.parts[0]?.entries() ?? assert.fail())), original);
      await opened.close();
    }
  });
}

test('gossip.pgn alone is read, beside an equal messages.pgn it is not read twice, and a longer one is read too', async (t) => {
  const folder = await temporaryFolder(t);
  const source = join(vectors, '2020-04');
  await cp(source, folder, { recursive: true });
  await rename(join(folder, 'messages.pgn'), join(folder, 'gossip.pgn'));
  assert.deepEqual(await taken(folder), WHOLE);
  await cp(join(source, 'messages.pgn'), join(folder, 'messages.pgn'));
  const { bundles } = await createCourier();
  assert.equal((await bundles.import(folder)).known, 0);
  const text = await readFile(join(source, 'messages.pgn'), 'utf8');
  await writeFile(join(folder, 'messages.pgn'), `${text.split('\n\nauthor ').slice(0, 9).join('\n\nauthor ')}\n`);
  assert.deepEqual(await taken(folder), WHOLE);
});

test('a bundle that is found in a folder of the stick is read from there', async (t) => {
  const folder = await temporaryFolder(t);
  await cp(join(vectors, '2020-12'), join(folder, 'from', 'a friend'), { recursive: true });
  assert.deepEqual(await taken(folder), WHOLE);
});

test('line feeds that a mail or a copy has turned into CR LF are told as damage', async (t) => {
  const folder = await temporaryFolder(t);
  await cp(join(vectors, '2020-12'), folder, { recursive: true });
  const text = await readFile(join(folder, 'messages.pgn'), 'utf8');
  await writeFile(join(folder, 'messages.pgn'), text.replaceAll('\n', '\r\n'));
  const { imported, refused } = await taken(folder);
  assert.equal(imported, 0);
  assert.equal(refused[0], 'CRLF line ends');
  const { bundles } = await createCourier();
  assert.equal((await bundles.inspect(folder)).damage[0]?.reason, 'CRLF line ends');
});

test('a medium that cannot be written is read', async (t) => {
  const folder = await temporaryFolder(t);
  await cp(join(vectors, '2020-06'), join(folder, 'disc'), { recursive: true });
  const files = readdirSync(join(folder, 'disc'), { recursive: true, encoding: 'utf8' });
  for (const path of ['', ...files]) await chmod(join(folder, 'disc', path), path.includes('.') ? 0o444 : 0o555);
  assert.deepEqual(await taken(join(folder, 'disc')), WHOLE);
  for (const path of ['', ...files]) await chmod(join(folder, 'disc', path), 0o755);
});

test('standard input may bring entries, or a zip', async (t) => {
  const folder = await temporaryFolder(t);
  const made = [await makeLogWithBlobs(1)];
  await writeBundle(join(folder, 'b.zip'), contentOf(made));
  const zip = await openBundle('-', { input: createReadStream(join(folder, 'b.zip')) });
  assert.equal((await collect(zip.parts[0]?.blobs() ?? assert.fail())).length, made[0]?.blobs.length);
  await zip.close();
  const plain = await openBundle('-', { input: createReadStream(join(vectors, '2020-12/messages.pgn')) });
  assert.equal(plain.parts[0]?.dialect, '2020-12');
  assert.ok(Buffer.concat(await collect(plain.parts[0]?.entries() ?? assert.fail())).length > 1000);
  await plain.close();
});

test('the own dialect lies in the folder and each other in a folder of its own; what was there before is gone', async (t) => {
  const folder = await temporaryFolder(t);
  const [a, b, c] = await Promise.all(DIALECTS.map((dialect, n) => makeLogWithBlobs(n, { dialect, length: 4 })));
  assert.ok(a && b && c);
  await writeBundle(folder, contentOf([b, a, c]));
  assert.deepEqual((await readdir(folder)).filter((name) => /^2020|pgn$/.test(name)).sort(), [
    '2020-04',
    '2020-12',
    'messages.pgn',
  ]);
  assert.deepEqual((await readdir(join(folder, '2020-04'))).filter((name) => name.endsWith('.pgn')).sort(), [
    'gossip.pgn',
    'messages.pgn',
  ]);
  assert.equal((await taken(folder)).imported, 12);
  await writeBundle(folder, contentOf([c]));
  const left = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.pgn'));
  assert.deepEqual(left, ['messages.pgn']);
  assert.equal((await taken(folder)).imported, 4);
});

test('files of 2020-12 whose 8.3 names are the same are all written, and all read', async (t) => {
  const folder = await temporaryFolder(t);
  const made = await makeLogWithBlobs(1, { dialect: '2020-12', length: 3, every: 1 });
  await writeBundle(folder, contentOf([made]));
  const blobs = (await readdir(folder)).filter((name) => name.endsWith('.blb'));
  // As if all three had one name: the first keeps it, the others are numbered.
  const [first = '', ...others] = blobs;
  for (const [n, name] of others.entries()) {
    await rename(join(folder, name), join(folder, `${first.slice(0, 6)}~${n + 1}.BLB`));
  }
  assert.deepEqual(await taken(folder), { imported: 3, refused: [], blobs: 3, missing: 0 });
  assert.equal((await writeBundle(folder, contentOf([made]))).blobs, 3);
  assert.deepEqual(await taken(folder), { imported: 3, refused: [], blobs: 3, missing: 0 });
});

test('a large bundle is split over media, each a bundle by itself; a volume out of turn waits for the one before', async (t) => {
  const folder = await temporaryFolder(t);
  const made = [await makeLogWithBlobs(1, { length: 60, size: 4000 })];
  const { volumes, entries } = await writeBundle(join(folder, 'disk'), contentOf(made), { size: 60_000 });
  assert.ok(volumes.length >= 3, `${volumes.length} volumes`);
  assert.equal(entries, 60);
  const { bundles } = await createCourier();
  const last = await bundles.import(volumes.at(-1) ?? '');
  assert.deepEqual([last.imported, last.refused[0]?.reason], [0, 'gap']);
  for (const volume of volumes) assert.deepEqual((await bundles.import(volume)).refused, []);
  assert.equal((await bundles.import(volumes.at(-1) ?? '')).blobs.refused, 0);
  assert.deepEqual((await bundles.inspect(volumes[0] ?? '')).blobs.missing, 0);
  await assert.rejects(writeBundle(join(folder, 'tiny'), contentOf(made), { size: 900 }), UsageError);
});

test('a sealed bundle opens for those whom it was sealed to, whole or not at all', async (t) => {
  const folder = await temporaryFolder(t);
  const { generateIdentity, identityToRecipient } = await import('age-encryption');
  const [ann, ben, eve] = [await generateIdentity(), await generateIdentity(), await generateIdentity()];
  const made = [await makeLogWithBlobs(1)];
  const path = join(folder, 'b.zip.age');
  const recipients = await Promise.all([ann, ben].map(identityToRecipient));
  await writeBundle(path, contentOf(made), { recipients });
  for (const identity of [ann, ben]) {
    const { bundles } = await createCourier();
    assert.equal((await bundles.import(path, { identities: [identity] })).imported, 12);
  }
  await assert.rejects(openBundle(path, { identities: [eve] }), VerificationError);
  await assert.rejects(openBundle(path), UsageError);
  const sealed = await readFile(path);
  await writeFile(path, sealed.subarray(0, -1));
  await assert.rejects(openBundle(path, { identities: [ann] }), VerificationError);
  sealed[sealed.length - 40] = (sealed[sealed.length - 40] ?? 0) ^ 1;
  await writeFile(path, sealed);
  await assert.rejects(openBundle(path, { identities: [ann] }), VerificationError);
  await writeBundle(path, contentOf(made), { passphrase: 'quite secret' });
  await assert.rejects(openBundle(path, { passphrase: 'another' }), VerificationError);
  const opened = await openBundle(path, { passphrase: 'quite secret' });
  assert.equal(opened.parts.length, 1);
  await opened.close();
  await assert.rejects(writeBundle(folder, contentOf(made), { recipients }), /ends in \.zip\.age/);
});

test('links are not followed, and what lies beside a bundle is not touched', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'stick'));
  await symlink(join(vectors, '2020-12'), join(folder, 'stick', 'linked'));
  await symlink(join(vectors, '2020-12/messages.pgn'), join(folder, 'stick', 'messages.pgn'));
  await assert.rejects(openBundle(join(folder, 'stick')), /expected messages\.pgn or gossip\.pgn/);
  await rm(join(folder, 'stick', 'messages.pgn'));
  await writeFile(join(folder, 'stick', 'holiday.jpg'), 'mine');
  await writeBundle(join(folder, 'stick'), contentOf([await makeLogWithBlobs(1)]));
  assert.equal(await readFile(join(folder, 'stick', 'holiday.jpg'), 'utf8'), 'mine');
});

test('a write that is cancelled leaves the old bundle', async (t) => {
  const folder = await temporaryFolder(t);
  const made = [await makeLogWithBlobs(1)];
  await writeBundle(folder, contentOf(made, 5));
  const stop = new AbortController();
  const onProgress = () => stop.abort();
  await assert.rejects(writeBundle(folder, contentOf(made), { signal: stop.signal, onProgress }), /it was cancelled/);
  assert.equal((await taken(folder)).imported, 5);
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.endsWith('.tmp')),
    [],
  );
});

test('a folder that cannot be written is an error that names it', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'a file'), '');
  const failing = writeBundle(join(folder, 'a file', 'bundle'), contentOf([await makeLogWithBlobs(1)]));
  await assert.rejects(failing, (error) => error instanceof StorageError && error.message.includes('a file'));
});

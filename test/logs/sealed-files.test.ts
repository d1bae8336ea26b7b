/** Files of chat messages in bundles: sealed blobs in pieces, joined where they arrive, whatever lies on the stick. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../src/core/bytes.ts';
import { RemoteError } from '../../src/core/errors.ts';
import { formatId } from '../../src/core/log/dialect.ts';
import type { BlobStore, Store } from '../../src/core/ports.ts';
import { createMemoryBlobs } from '../../src/platform/memory/blobs.ts';
import { createMemoryStore } from '../../src/platform/memory/store.ts';
import { bundles } from '../../src/platform/node/bundle.ts';
import { ciphers, clock, random, sha256 } from '../../src/platform/node/crypto.ts';
import type { Channel, Message } from '../../src/runtime/api.ts';
import { sealFile } from '../../src/runtime/files.ts';
import { createBlobIntake } from '../../src/runtime/intake/blobs.ts';
import { cutInPieces } from '../../src/runtime/logs/pieces.ts';
import { temporaryFolder } from '../bundle/support.ts';
import { createMemoryPeer, messageWhere } from '../support/memory-peer.ts';
import { collect, createTestLogs } from './support.ts';

const noHttp = {
  request: () => Promise.reject(new Error('no network')),
  async *events() {},
};

interface Kept {
  store: Store;
  blobs: BlobStore;
  seed: Uint8Array;
}

const keeping = (): Kept => ({
  store: createMemoryStore({ clock }),
  blobs: createMemoryBlobs({ clock }),
  seed: random(32),
});

async function person(name: string, kept = keeping()) {
  const peer = await createMemoryPeer({ http: noHttp, name, ...kept, more: { bundles } });
  return { peer, ...kept };
}

type Someone = Awaited<ReturnType<typeof person>>;

/** Each knows whom to seal to. */
async function meeting(stick: string, ...people: Someone[]): Promise<void> {
  for (const { peer } of people) await peer.channel('main').join();
  for (const { peer } of people) {
    await peer.bundles.export(stick);
    for (const other of people) if (other.peer !== peer) await other.peer.bundles.import(stick);
  }
}

const file = (name: string, size: number) => ({ name, type: 'application/x-noise', bytes: random(size) });
const withFiles = (channel: Channel, text: string): Promise<Message> =>
  messageWhere(channel, (message) => message.text === text);
const filesOf = (message: Message): Promise<Uint8Array[]> => Promise.all(message.files.map((each) => each.read()));
const sealedEntries = ({ peer }: Someone) => collect(peer.logs.entries({ kind: 'pipes.sealed' }));
const hashesIn = async ({ blobs }: Someone) => new Set((await blobs.list(10_000)).map(({ hash }) => hash));

test('files go along with their messages, by a stranger who carries them, and lie nowhere twice', async (t) => {
  const [stick, second] = [await temporaryFolder(t), await temporaryFolder(t)];
  const [ann, ben, carrier] = [await person('Ann'), await person('Ben'), await person('Carrier')];
  await meeting(stick, ann, ben);
  const files = [file('none', 0), file('small', 1000), file('middle', 900_000), file('large', 2_500_000)];
  await ann.peer.channel('main').send('four files', { files });
  const before = await ann.blobs.total();
  const written = await ann.peer.bundles.export(stick);
  assert.equal(written.blobsMissing, 0);
  assert.ok((await ann.blobs.total()) - before < 50_000, 'no piece is kept beside what it is of');

  const carried = await carrier.peer.bundles.import(stick);
  assert.equal(carried.messages?.files, 7, 'one blob each of three files, a manifest and three chunks');
  assert.deepEqual(carried.wantedBlobs, []);
  await carrier.peer.bundles.export(second, { distance: 1, authors: [(await ann.peer.logs.own()).author] });
  const report = await ben.peer.bundles.import(second);
  assert.deepEqual([report.messages?.files, report.messages?.filesRefused], [7, 0]);
  const got = await filesOf(await withFiles(ben.peer.channel('main'), 'four files'));
  assert.deepEqual(
    got.map(toHex),
    files.map(({ bytes }) => toHex(bytes)),
  );

  const pieces = (await sealedEntries(ben)).flatMap(({ body }) => body.map(([key]) => key));
  assert.equal(pieces.length, 14, 'as few as can be');
  const again = await ben.peer.bundles.import(second);
  assert.deepEqual([again.messages?.files, again.wantedBlobs], [0, []]);
  for (const someone of [carrier, ben]) {
    const total = (await someone.blobs.list(10_000)).reduce((sum, { size }) => sum + size, 0);
    assert.ok(total < 3_500_000, `${total} bytes`);
    await someone.peer.logs.files.collect();
  }
  assert.equal(
    (await filesOf(await withFiles(ben.peer.channel('main'), 'four files'))).length,
    4,
    'none was collected',
  );
});

test('files can be left out, and come by a later bundle, once', async (t) => {
  const stick = await temporaryFolder(t);
  const [ann, ben] = [await person('Ann'), await person('Ben')];
  await meeting(stick, ann, ben);
  const files = [file('plan', 500_000)];
  await ann.peer.channel('main').send('the plan', { files });
  await ann.peer.bundles.export(stick, { files: false });
  await ben.peer.bundles.import(stick);
  const message = await withFiles(ben.peer.channel('main'), 'the plan');
  await assert.rejects(filesOf(message), RemoteError);
  await ann.peer.bundles.export(stick);
  await ann.peer.bundles.export(stick);
  assert.equal((await sealedEntries(ann)).length, 1);
  assert.equal((await ben.peer.bundles.import(stick)).messages?.files, 1);
  assert.deepEqual(
    await filesOf(message),
    files.map(({ bytes }) => bytes),
  );

  const other = await temporaryFolder(t);
  const without = await ann.peer.bundles.export(other, { files: false });
  assert.ok(without.bytes < 20_000, `${without.bytes} bytes without files, also of those that were announced before`);
});

test('a peer that dies at any commit while it announces files brings each of them in the end', async (t) => {
  const stick = await temporaryFolder(t);
  for (let left = 0; left < 9; left += 2) {
    const kept = keeping();
    const ann = await person('Ann', kept);
    await ann.peer.channel('main').send('one', { files: [file('a', 10), file('b', 1_200_000)] });
    let commits = 0;
    const commit: Store['commit'] = (batch) =>
      commits++ < left ? kept.store.commit(batch) : Promise.reject(new Error('killed'));
    const dying = await person('Ann', { ...kept, store: { ...kept.store, commit } }).catch(() => undefined);
    await dying?.peer.bundles.export(stick).catch(() => undefined);
    const after = await person('Ann', kept);
    await after.peer.bundles.export(stick);
    const ben = await person('Ben');
    const { messages } = await ben.peer.bundles.import(stick);
    assert.deepEqual([messages?.files, messages?.filesRefused], [4, 0], `after ${left} commits`);
  }
});

test('a piece goes to peers, too, out of the blob that it is of, and is gone with it', async () => {
  const { logs, ports } = await createTestLogs();
  const shelf = createBlobIntake({ ...ports, logBlobs: logs.blobs });
  const bytes = random(800_000);
  const whole = toHex(sha256(bytes));
  await ports.blobs.put(whole, bytes);
  const { pieces, ops } = cutInPieces(sha256, 'peer', whole, bytes);
  await ports.store.commit(ops);
  const last = pieces.at(-1) ?? '';
  assert.equal(await shelf.size(last), 80_000);
  assert.deepEqual(await shelf.get(last, 10, 20), bytes.slice(720_010, 720_020));
  assert.equal(await logs.blobs.has(last), true);
  await ports.blobs.delete(whole);
  assert.equal(await shelf.size(last), undefined);
  assert.equal((await logs.blobs.get(last)) === undefined, true);
});

test('pieces that come later are joined then', async (t) => {
  const stick = await temporaryFolder(t);
  const [ann, ben] = [await person('Ann'), await person('Ben')];
  await ann.peer.channel('main').send('big', { files: [file('big', 800_000)] });
  await ann.peer.bundles.export(stick);
  await ben.peer.logs.importEntries(ann.peer.logs.exportEntries());
  assert.equal((await sealedEntries(ben)).length, 1);
  const report = await ben.peer.bundles.import(stick);
  assert.deepEqual([report.messages?.files, report.messages?.filesRefused], [1, 0]);
});

test('pieces that make up something else, no sealed blob, too much or too little are no file', async (t) => {
  const stick = await temporaryFolder(t);
  const [eve, ben] = [await person('Eve'), await person('Ben')];
  const put = async (bytes: Uint8Array): Promise<string> => (await eve.peer.logs.files.put([bytes])).id;
  const name = (bytes: Uint8Array): string => toHex(sha256(bytes));
  const { blobs } = await sealFile(file('x', 400_000), { ciphers, random, sha256 });
  const sealed = blobs[0]?.bytes ?? new Uint8Array();
  const [first, last] = [sealed.subarray(0, 360_000), sealed.subarray(360_000)];
  const plain = new TextEncoder().encode('<script>no sealed blob</script>');
  const many = random(350_000);
  const manyId = await put(many);
  const lies: [string, string][][] = [
    [[`${name(plain)}-0`, await put(plain)]],
    [
      [`${name(sealed)}-0`, await put(last)],
      [`${name(sealed)}-1`, await put(first)],
    ],
    Array.from({ length: 6 }, (_, i): [string, string] => [`${'ab'.repeat(32)}-${i}`, manyId]),
    Array.from({ length: 7 }, (_, i): [string, string] => [`${'cd'.repeat(32)}-${i}`, manyId]),
    [[`${name(sealed)}-1`, await put(last)]],
    [['x-0', manyId]],
  ];
  for (const body of lies) await eve.peer.logs.append('pipes.sealed', body);
  const missing = formatId('2020-06', 'blob', random(32));
  await eve.peer.logs.append('pipes.sealed', [[`${'ef'.repeat(32)}-0`, missing]]);
  await eve.peer.bundles.export(stick);
  const { messages } = await ben.peer.bundles.import(stick);
  assert.deepEqual([messages?.files, messages?.filesRefused], [0, 3]);
  const held = await hashesIn(ben);
  assert.equal(held.has(name(sealed)), false);

  // What was refused costs nobody the true ones: the same blob, rightly cut, is taken from another entry.
  await eve.peer.logs.append('pipes.sealed', [
    [`${name(sealed)}-0`, await put(first)],
    [`${name(sealed)}-1`, await put(last)],
  ]);
  await eve.peer.bundles.export(stick);
  assert.equal((await ben.peer.bundles.import(stick)).messages?.files, 1);
  assert.equal((await hashesIn(ben)).has(name(sealed)), true);
});

/** Messages in bundles: packed once, announced in the log, delivered once, verified as if they came from a stranger. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodePack, encodePack, packSignedBytes } from '../../src/core/pack.ts';
import type { Store } from '../../src/core/ports.ts';
import { createMemoryBlobs } from '../../src/platform/memory/blobs.ts';
import { createMemoryStore } from '../../src/platform/memory/store.ts';
import { bundles } from '../../src/platform/node/bundle.ts';
import { clock, random, signerFromSeed } from '../../src/platform/node/crypto.ts';
import { temporaryFolder } from '../bundle/support.ts';
import { createMemoryPeer, messageWhere } from '../support/memory-peer.ts';
import { collect } from './support.ts';

const noHttp = {
  request: () => Promise.reject(new Error('no network')),
  async *events() {},
};

async function person(
  name: string,
  store: Store = createMemoryStore({ clock }),
  seed = random(32),
  blobs = createMemoryBlobs({ clock }),
) {
  const peer = await createMemoryPeer({ http: noHttp, name, seed, store, blobs, more: { bundles } });
  return { peer, store, blobs, logSigner: signerFromSeed(seed.map((byte) => byte ^ 0x55)) };
}

const NO_FILES = { files: 0, filesRefused: 0 };

const packsOf = async ({ peer }: Awaited<ReturnType<typeof person>>) =>
  collect(peer.logs.entries({ kind: 'pipes.pack' }));

test('two people without any relay talk by a folder: who they are goes first, then what they say', async (t) => {
  const stick = await temporaryFolder(t);
  const [ann, ben] = [await person('Ann'), await person('Ben')];
  for (const { peer } of [ann, ben]) await peer.channel('main').join();
  await ben.peer.bundles.export(stick);
  assert.equal((await ann.peer.bundles.import(stick)).messages?.profiles, 1);
  await ann.peer.channel('main').send('hello Ben');
  await ann.peer.bundles.export(stick);
  const first = await ben.peer.bundles.import(stick);
  assert.deepEqual(first.messages, { delivered: 1, known: 0, refused: 0, profiles: 1, packsRefused: 0, ...NO_FILES });
  const heard = await messageWhere(ben.peer.channel('main'), ({ text }) => text === 'hello Ben');
  assert.deepEqual([heard.author.name, heard.lock.state], ['Ann', 'open']);
  const again = await ben.peer.bundles.import(stick);
  assert.deepEqual(again.messages, { delivered: 0, known: 0, refused: 0, profiles: 0, packsRefused: 0, ...NO_FILES });
  await ben.peer.channel('main').send('hello Ann');
  await ben.peer.bundles.export(stick);
  await ann.peer.bundles.import(stick);
  const answer = await messageWhere(ann.peer.channel('main'), ({ text }) => text === 'hello Ann');
  assert.equal(answer.lock.state, 'open');
  assert.equal((await ann.peer.channel('main').messages()).length, 2);
  assert.equal((await packsOf(ben)).length, 2, "one of Ann's, one of Ben's own");
  for (const { peer } of [ann, ben]) await peer.close();
});

test('what has been packed is not packed again, and an export without news writes no entry', async (t) => {
  const stick = await temporaryFolder(t);
  const ann = await person('Ann');
  await ann.peer.channel('main').send('one');
  await ann.peer.bundles.export(stick);
  const { entries } = await ann.peer.logs.own();
  await ann.peer.bundles.export(stick);
  await ann.peer.bundles.export(stick, { dryRun: true });
  assert.equal((await ann.peer.logs.own()).entries, entries);
  await ann.peer.channel('main').send('two');
  await ann.peer.bundles.export(stick, { authors: [`USER.${'0'.repeat(52)}`] });
  assert.equal((await ann.peer.logs.own()).entries, entries, "another's log alone needs no packs of ours");
  await ann.peer.close();
});

test('a peer that dies at any commit while it packs announces each message, in one pack', async (t) => {
  const stick = await temporaryFolder(t);
  for (let left = 0; left < 8; left++) {
    const seed = random(32);
    const store = createMemoryStore({ clock });
    const before = await person('Ann', store, seed);
    const { blobs } = before;
    await before.peer.channel('main').send('one');
    await before.peer.channel('main').send('two');
    let commits = 0;
    const failing: Store = {
      ...store,
      commit: (batch) => (commits++ < left ? store.commit(batch) : Promise.reject(new Error('killed'))),
    };
    const dying = await person('Ann', failing, seed, blobs).catch(() => undefined);
    await dying?.peer.bundles.export(stick).catch(() => undefined);
    const after = await person('Ann', store, seed, blobs);
    await after.peer.bundles.export(stick);
    const reader = await person('Ben');
    const { messages } = await reader.peer.bundles.import(stick);
    assert.deepEqual([messages?.delivered, messages?.refused], [2, 0], `after ${left} commits`);
    assert.equal((await packsOf(after)).length, 1, `after ${left} commits`);
  }
});

test('a pack that another log announces as its own, or that was changed, delivers nothing', async (t) => {
  const stick = await temporaryFolder(t);
  const [ann, eve, ben] = [await person('Ann'), await person('Eve'), await person('Ben')];
  await ann.peer.channel('main').send('hello');
  await ann.peer.bundles.export(stick);
  await eve.peer.bundles.import(stick);
  const [announced] = await packsOf(ann);
  const [hash = ''] = Object.values(Object.fromEntries(announced?.body ?? []));
  const stolen = Buffer.concat(await collect(ann.peer.logs.files.get(hash)));
  const pack = decodePack(stolen);
  const content = { peer: eve.logSigner.key, records: pack.records.map((record) => ({ ...record, id: random(32) })) };
  const forged = encodePack({ ...pack, ...content, signature: await eve.logSigner.sign(packSignedBytes(content)) });
  for (const bytes of [stolen, forged, random(99)]) {
    const { id } = await eve.peer.logs.files.put([bytes]);
    await eve.peer.logs.append('pipes.pack', { blob: id });
  }
  const alone = await temporaryFolder(t);
  await eve.peer.bundles.export(alone, { authors: [(await eve.peer.logs.own()).author] });
  const { messages } = await ben.peer.bundles.import(alone);
  assert.deepEqual([messages?.delivered, messages?.refused, messages?.packsRefused], [0, 1, 2]);
});

test('a pack whose entry came before its file is delivered when the file comes, and none of a blocked author', async (t) => {
  const stick = await temporaryFolder(t);
  const [ann, ben, eve] = [await person('Ann'), await person('Ben'), await person('Eve')];
  await ann.peer.channel('main').send('hello');
  await ann.peer.bundles.export(stick);
  await ben.peer.logs.importEntries(ann.peer.logs.exportEntries());
  await eve.peer.logs.block((await ann.peer.logs.own()).author);
  assert.equal((await ben.peer.bundles.import(stick)).messages?.delivered, 1);
  assert.equal((await eve.peer.bundles.import(stick)).messages?.delivered, 0);
});

/** The own log, drafts, friends, certificates and iterators. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { toHex, utf8 } from '../../src/core/bytes.ts';
import { blobsIn } from '../../src/core/log/dialect.ts';
import { createMemoryStore } from '../../src/platform/memory/store.ts';
import { clock, random, signerFromSeed } from '../../src/platform/node/crypto.ts';
import { openStore } from '../../src/platform/node/store.ts';
import { bundleOf, collect, createTestLogs, makeLog, seedOf, textOf } from './support.ts';

test('a new log begins with the certificate of the identity; following the identity exports the log', async () => {
  const identity = signerFromSeed(random(32));
  const { logs } = await createTestLogs({ signer: identity });
  const entry = await logs.append('note', { text: 'hello' });
  assert.deepEqual([entry.depth, entry.body, entry.verified], [1, [['text', '"hello"']], true]);
  const [first] = await collect(logs.entries());
  assert.equal(first?.kind, 'pipes.log');
  const friend = await createTestLogs();
  const report = await friend.logs.importEntries(logs.exportEntries());
  assert.deepEqual([report.imported, report.refused], [2, []]);
  await friend.logs.follow(toHex(identity.key));
  assert.ok((await textOf(friend.logs.exportEntries())).includes('"hello"'));
});

test('two writers of one log, appending at once, make one chain without a fork', async () => {
  const shared = { store: createMemoryStore({ clock }), logSigner: signerFromSeed(seedOf(1)) };
  const [left, right] = [await createTestLogs(shared), await createTestLogs(shared)];
  await Promise.all(
    Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? left : right).logs.append('note', { n: `number ${n}` })),
  );
  const other = await createTestLogs();
  const report = await other.logs.importEntries(left.logs.exportEntries());
  assert.deepEqual([report.imported, report.refused], [40, []]);
});

test('a draft is created once, overwrites a key given again, and is an entry when signed', async () => {
  const { logs } = await createTestLogs();
  await assert.rejects(logs.drafts.show(), /there is none/);
  assert.equal(
    await logs.drafts.create('note'),
    'author DRAFT\ndepth DRAFT\nkind note\nlipmaa DRAFT\nprev DRAFT\n\n\n',
  );
  await assert.rejects(logs.drafts.create('note'), /there is one/);
  await assert.rejects(logs.drafts.sign(), /at least one key/);
  await logs.drafts.append('a', 'first');
  await logs.drafts.append('b', 'NONE');
  await logs.drafts.append('a', 'second');
  const entry = await logs.drafts.sign();
  assert.deepEqual(entry.body, [
    ['a', '"second"'],
    ['b', 'NONE'],
  ]);
  assert.equal((await logs.entry(entry.id))?.text, entry.text);
  await assert.rejects(logs.drafts.show(), /there is none/);
});

test('an entry is proven to one who has nothing of its log, and kept as a fragment until the log comes', async () => {
  const author = signerFromSeed(seedOf(2));
  const log = await makeLog(author, 400);
  const { logs } = await createTestLogs();
  await logs.importEntries([bundleOf(log)]);
  const [wanted] = await collect(logs.entries({ author: toHex(author.key), from: 77 }));
  const certificate = await logs.prove(wanted?.id ?? '');
  const reader = await createTestLogs();
  const proof = await reader.logs.checkCertificate(certificate);
  assert.ok(proof.kind === 'proven' && proof.entry.depth === 77 && proof.head.depth === 399);
  assert.ok((await reader.logs.fragments(toHex(author.key))).some(({ text }) => text === log[77]));
  await reader.logs.importEntries([bundleOf(log)]);
  assert.deepEqual(await reader.logs.fragments(toHex(author.key)), []);
  const forged = Buffer.from(certificate).toString().replace('"entry 399"', '"entry xxx"');
  assert.deepEqual(await reader.logs.checkCertificate(utf8(forged)), { kind: 'not proven', reason: 'bad signature' });
});

test('entries are read by author, kind and time, and live as they come', async () => {
  let now = 1000;
  const { logs } = await createTestLogs({ clock: { now: () => now } });
  const stop = new AbortController();
  const live: string[] = [];
  const seen = (async () => {
    for await (const { kind, body } of logs.entries({ live: true, kind: 'temperature', signal: stop.signal })) {
      live.push(`${kind} ${body[0]?.[1]}`);
      if (live.length === 2) stop.abort();
    }
  })();
  await logs.append('temperature', { c: '20' });
  now = 2000;
  await logs.append('note', { c: 'later' });
  await logs.append('temperature', { c: '21' });
  await seen;
  assert.deepEqual(live, ['temperature "20"', 'temperature "21"']);
  assert.deepEqual(
    (await collect(logs.entries({ since: new Date(2000) }))).map(({ kind }) => kind),
    ['note', 'temperature'],
  );
});

test('friends of friends are those whom friends say to follow, to the distance asked for', async () => {
  const [me, friend, far] = [await createTestLogs(), await createTestLogs(), await createTestLogs()];
  await far.logs.append('note', { text: 'far' });
  const [friendKey, farKey] = [(await friend.logs.own()).key, (await far.logs.own()).key];
  await friend.logs.follow(farKey, { announce: true });
  await me.logs.importEntries(friend.logs.exportEntries());
  await me.logs.follow(friendKey);
  const distances = async (distance: number) =>
    (await me.logs.peers({ distance })).slice(1).map((peer) => [peer.key, peer.distance]);
  assert.deepEqual(await distances(1), [[friendKey, 1]]);
  assert.deepEqual(await distances(2), [
    [friendKey, 1],
    [farKey, 2],
  ]);
  await friend.logs.unfollow(farKey, { announce: true });
  await me.logs.importEntries(friend.logs.exportEntries());
  assert.deepEqual(await distances(2), [[friendKey, 1]]);
});

test("others' blobs are taken while an entry names them, whole and small enough, and collected afterwards", async () => {
  const { logs: author } = await createTestLogs();
  const bytes = utf8('a picture');
  const id = await author.blobs.put(bytes);
  const [hash] = blobsIn('2020-06', id).map(toHex) as [string];
  const { logs } = await createTestLogs();
  assert.equal(await logs.blobs.take(hash, bytes), 'not named');
  await author.append('note', { picture: id });
  const report = await logs.importEntries(author.exportEntries());
  assert.deepEqual(report.wantedBlobs, [hash]);
  assert.equal(await logs.blobs.take(hash, utf8('another')), 'damaged');
  assert.equal(await logs.blobs.take(hash, bytes), 'stored');
  assert.equal(await logs.blobs.collect(), 0);
  await logs.block((await author.own()).key);
  assert.equal(await logs.blobs.collect(), 1);
  assert.equal(await logs.blobs.get(hash), undefined);
});

test('logs on disk are there again when they are opened again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pipes-logs-'));
  const open = () => openStore(join(folder, 'peer.db'), { clock });
  const logSigner = signerFromSeed(seedOf(4));
  let store = await open();
  await (await createTestLogs({ store, logSigner })).logs.append('note', { text: 'kept' });
  await store.close();
  store = await open();
  const { logs } = await createTestLogs({ store, logSigner });
  assert.equal((await logs.append('note', { text: 'next' })).depth, 1);
  await logs.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

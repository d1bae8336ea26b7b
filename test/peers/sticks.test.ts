/** Sticks and streams together: what the one brought goes on by the other, once, and is delivered alike. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { utf8 } from '../../src/core/bytes.ts';
import { createMemoryBlobs } from '../../src/platform/memory/blobs.ts';
import { createMemoryStore } from '../../src/platform/memory/store.ts';
import { createMemoryNetwork, type MemoryNetwork } from '../../src/platform/memory/transport.ts';
import { clock, random, signerFromSeed } from '../../src/platform/node/crypto.ts';
import type { Message, Peer, Share } from '../../src/runtime/api.ts';
import { startTestRelay } from '../relay/support.ts';
import { createMemoryPeer, impatient, membersWhere, messageWhere } from '../support/memory-peer.ts';
import { createMemorySticks, type MemorySticks } from '../support/memory-sticks.ts';

const noHttp = { request: () => Promise.reject(new Error('no relay here')), async *events() {} };

interface World {
  readonly net: MemoryNetwork;
  readonly sticks: MemorySticks;
}

const world = (): World => ({ net: createMemoryNetwork(), sticks: createMemorySticks() });

async function person(t: TestContext, { net, sticks }: World, name: string, share: Share = {}): Promise<Peer> {
  const logSigner = signerFromSeed(random(32));
  const transports = [net.transport(logSigner.key, { name: `${name}-${randomUUID()}` })];
  const more = { bundles: sticks.platform, logSigner, transports, share };
  const [store, blobs] = [createMemoryStore({ clock }), createMemoryBlobs({ clock })];
  const peer = await createMemoryPeer({ http: noHttp, name, store, blobs, more, hurry: impatient });
  t.after(() => peer.close());
  if (share.channels === undefined) await peer.channel('main').join();
  return peer;
}

const join = async (from: Peer, to: Peer): Promise<void> => {
  await from.connect(await to.ticket());
};

const carry = async (from: Peer, to: Peer, name = randomUUID()) => {
  await from.bundles.export(name);
  return (await to.bundles.import(name)).messages;
};

const hears = (peer: Peer, text: string): Promise<Message> =>
  messageWhere(peer.channel('main'), (message) => message.text === text);

const count = async (peer: Peer): Promise<number> => (await peer.channel('main').messages()).length;

test('a pack that comes with its log over a stream is delivered as from a stick', async (t) => {
  const all = world();
  const [ann, ben] = [await person(t, all, 'Ann'), await person(t, all, 'Ben')];
  // Wants no channel of theirs, and so carries packs that it does not open.
  const courier = await person(t, all, 'Courier', { channels: ['other'] });
  await carry(ben, ann);
  await ann.channel('main').send('by stick and stream');
  assert.equal((await carry(ann, courier))?.delivered, 0);
  const heard = hears(ben, 'by stick and stream');
  await join(courier, ben);
  assert.equal((await heard).lock.state, 'open');
  assert.equal((await carry(ann, ben))?.delivered, 0, 'and once');
  assert.equal(await count(ben), 1);
});

test('a relay delivers, too, what logs announce that come over a stream', async (t) => {
  const all = world();
  const [ann, courier] = [await person(t, all, 'Ann'), await person(t, all, 'Courier', { channels: ['other'] })];
  await ann.channel('main').send('to whom it may concern');
  await carry(ann, courier);
  const relay = await startTestRelay(t, { rateLimits: false });
  const signer = signerFromSeed(random(32));
  const network = await relay.join({ signer, transports: [all.net.transport(signer.key)] });
  await courier.connect(await network.ticket());
  while ((await relay.list('/messages?channel=main')).length === 0) t.signal.throwIfAborted();
});

test('what came over a stream goes on by stick, with the profile of who wrote it, once', async (t) => {
  const all = world();
  const [ann, ben, cyd] = [await person(t, all, 'Ann'), await person(t, all, 'Ben'), await person(t, all, 'Cyd')];
  await join(ann, ben);
  const heard = hears(ben, 'hello');
  await membersWhere(ann.channel('main'), (names) => names.length === 2);
  await ann.channel('main').send('hello');
  await heard;
  assert.equal((await carry(ben, cyd))?.delivered, 1);
  assert.deepEqual((await cyd.channel('main').members()).map(({ name }) => name).sort(), ['Ann', 'Ben', 'Cyd']);
  assert.equal((await carry(ann, cyd))?.delivered, 0);
  assert.equal(await count(cyd), 1);
});

test('what a stick brought goes on over streams, once, and nobody packs it again', async (t) => {
  const all = world();
  const [ann, ben, cyd] = [await person(t, all, 'Ann'), await person(t, all, 'Ben'), await person(t, all, 'Cyd')];
  await join(ben, cyd);
  await ann.channel('main').send('hello');
  const arrived = messageWhere(cyd.channel('main'), () => true);
  await carry(ann, ben);
  await arrived;
  const packs = async (peer: Peer): Promise<number> =>
    (await Array.fromAsync(peer.logs.entries({ kind: 'pipes.pack' }))).length;
  const [before, dan] = [await packs(ben), await person(t, all, 'Dan')];
  // Ann's log goes along as it is.
  assert.equal((await carry(ben, dan))?.delivered, 1);
  assert.deepEqual([before, await packs(ben), await packs(dan)], [1, 1, 1]);
});

test('a direct message goes by stick into the mailbox that it is for', async (t) => {
  const all = world();
  const [ann, ben] = [await person(t, all, 'Ann'), await person(t, all, 'Ben')];
  await carry(ben, ann);
  await carry(ann, ben);
  const heard = new Promise<string>(
    (resolve) => void ben.onMessage(({ bytes }) => resolve(Buffer.from(bytes).toString())),
  );
  const sent = await ann.send(ben.identity.key, utf8('psst'));
  await carry(ann, ben);
  assert.equal(await heard, 'psst');
  let isDelivered = false;
  void sent.delivered.then(() => {
    isDelivered = true;
  });
  // The receipt takes a moment to be written, and then the same way back.
  for (; !isDelivered; t.signal.throwIfAborted()) {
    await turn();
    await carry(ben, ann);
  }
});

/** As soon as it has come. */
async function readSoon(t: TestContext, file: Message['files'][number]): Promise<Uint8Array> {
  for (;;) {
    const bytes = await file.read().catch(() => undefined);
    if (bytes !== undefined) return bytes;
    t.signal.throwIfAborted();
    await turn();
  }
}

test('a file whose message came by stick comes over a stream, and the reverse', async (t) => {
  const all = world();
  const [ann, ben, cyd] = [await person(t, all, 'Ann'), await person(t, all, 'Ben'), await person(t, all, 'Cyd')];
  for (const peer of [ben, cyd]) await carry(peer, ann);
  const files = [{ name: 'plan', type: '', bytes: random(500) }];
  await ann.channel('main').send('the plan', { files });
  await ann.bundles.export('words', { files: false });
  await ben.bundles.import('words');
  assert.equal((await ben.channel('main').messages()).length, 1);
  const [file] = (await hears(ben, 'the plan')).files;
  assert.ok(file);
  await assert.rejects(file.read());
  await join(ann, ben);
  assert.deepEqual(await readSoon(t, file), files[0]?.bytes);
  assert.equal((await carry(ben, cyd))?.files, 1);
});

test('who was asked for a file in vain is asked again, and gives what a stick brought since', async (t) => {
  const all = world();
  const [ann, ben, cyd] = [await person(t, all, 'Ann'), await person(t, all, 'Ben'), await person(t, all, 'Cyd')];
  for (const peer of [ben, cyd]) await carry(peer, ann);
  await join(ben, cyd);
  const [bytes, heard] = [random(500), hears(cyd, 'the plan')];
  await ann.channel('main').send('the plan', { files: [{ name: 'plan', type: '', bytes }] });
  await ann.bundles.export('words', { files: false });
  await ben.bundles.import('words');
  const [file] = (await heard).files;
  assert.ok(file);
  await Promise.all([ben.network.settled(), cyd.network.settled()]);
  await carry(ann, ben);
  assert.deepEqual(await readSoon(t, file), bytes);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeRelay } from '../../../test/support/fake-relay.ts';
import { createMemoryPeer, membersWhere, messageWhere } from '../../../test/support/memory-peer.ts';
import { toHex } from '../../core/bytes.ts';
import { type Piper12, parsePiper, signedBytes, toPost } from '../../core/envelope/piper.ts';
import { UsageError } from '../../core/errors.ts';
import { createMemoryStore } from '../../platform/memory/store.ts';
import { clock, signerFromSeed } from '../../platform/node/crypto.ts';

const RELAY = 'http://relay.test';

async function twoInMain() {
  const relay = createFakeRelay();
  const state = { store: createMemoryStore({ clock }), seed: new Uint8Array(32).fill(1) };
  const alice = await createMemoryPeer({ http: relay.http, relay: RELAY, name: 'Alice', ...state });
  const bob = await createMemoryPeer({ http: relay.http, relay: RELAY, name: 'Bob' });
  await Promise.all([alice.channel('main').join(), bob.channel('main').join()]);
  await membersWhere(alice.channel('main'), (names) => names.length === 2);
  await membersWhere(bob.channel('main'), (names) => names.length === 2);
  return { relay, alice, bob, state, close: () => Promise.all([alice.close(), bob.close()]) };
}

test('two peers that joined a channel read each other, and the relay holds no plaintext', async () => {
  const { relay, alice, bob, close } = await twoInMain();
  await alice.channel('main').send('a secret of two');
  const received = await messageWhere(bob.channel('main'), (message) => message.text === 'a secret of two');
  assert.equal(received.author.name, 'Alice');
  assert.deepEqual(received.lock, { state: 'open', readers: 2 });
  assert.deepEqual(received.delivery, { state: 'received' });
  assert.ok(!JSON.stringify(relay.messages).includes('secret'));
  await close();
});

test('a message is queued, then sent once the relay has it', async () => {
  const { relay, alice, close } = await twoInMain();
  relay.cut();
  const message = await alice.channel('main').send('later');
  assert.deepEqual(message.delivery, { state: 'queued' });
  assert.equal(alice.status().queued, 1);
  relay.connect();
  await messageWhere(alice.channel('main'), ({ text, delivery }) => text === 'later' && delivery.state === 'sent');
  assert.equal(relay.messages.length, 1);
  assert.equal(alice.status().queued, 0);
  await close();
});

test('a peer that opens, sends and closes at once has sealed to all members and posted', async () => {
  const { relay, bob, close } = await twoInMain();
  const brief = await createMemoryPeer({ http: relay.http, relay: RELAY, name: 'Brief' });
  const message = await brief.channel('main').send('in and out');
  assert.deepEqual(message.lock, { state: 'open', readers: 3 });
  await brief.close();
  assert.equal(relay.messages.length, 1);
  await messageWhere(bob.channel('main'), ({ text }) => text === 'in and out');
  await close();
});

test('one who left while a peer was away is sealed to no more', async () => {
  const { relay, alice, bob, state } = await twoInMain();
  await alice.close();
  await bob.channel('main').leave();
  await bob.close();
  const again = await createMemoryPeer({ http: relay.http, relay: RELAY, ...state });
  assert.deepEqual((await again.channel('main').send('anyone?')).lock, { state: 'open', readers: 1 });
  await again.close();
});

test('what was said while a peer was away arrives when it is back', async () => {
  const { relay, alice, bob, close } = await twoInMain();
  relay.cut();
  await alice.channel('main').send('while you were away');
  relay.connect();
  await messageWhere(bob.channel('main'), ({ text }) => text === 'while you were away');
  await close();
});

test('one who joins later sees why older messages stay sealed, and reads the newer ones', async () => {
  const { relay, alice, bob, close } = await twoInMain();
  await alice.channel('main').send('before');
  await messageWhere(bob.channel('main'), ({ text }) => text === 'before');
  const carol = await createMemoryPeer({ http: relay.http, relay: RELAY, name: 'Carol' });
  await carol.channel('main').join();
  const old = await messageWhere(carol.channel('main'), () => true);
  assert.deepEqual([old.text, old.lock], [undefined, { state: 'sealed', reason: 'before-you-joined' }]);
  await membersWhere(alice.channel('main'), (names) => names.includes('Carol'));
  await alice.channel('main').send('after');
  await messageWhere(carol.channel('main'), ({ text }) => text === 'after');
  await carol.close();
  await close();
});

test('one who left is sealed to no more', async () => {
  const { alice, bob, close } = await twoInMain();
  await bob.channel('main').leave();
  await membersWhere(alice.channel('main'), (names) => names.length === 1);
  const message = await alice.channel('main').send('to myself');
  assert.deepEqual(message.lock, { state: 'open', readers: 1 });
  await close();
});

test('a file goes sealed and comes back under its own name', async () => {
  const { relay, alice, bob, close } = await twoInMain();
  const bytes = new TextEncoder().encode('the content of the file');
  await alice.channel('main').send('', { files: [{ name: 'notes.txt', type: 'text/plain', bytes }] });
  const { files } = await messageWhere(bob.channel('main'), (message) => message.files.length > 0);
  assert.deepEqual(
    files.map(({ name, type, size }) => [name, type, size]),
    [['notes.txt', 'text/plain', bytes.length]],
  );
  assert.deepEqual(await files[0]?.read(), bytes);
  assert.ok(![...relay.blobs.values()].some((blob) => Buffer.from(blob).includes('content of the file')));
  assert.ok(!JSON.stringify(relay.messages).includes('notes'));
  await close();
});

test('a message that the relay refuses is failed with its reason, and can be tried again', async () => {
  const { relay, alice, close } = await twoInMain();
  relay.answerWith({ status: 400, body: { error: 'not today' } });
  await alice.channel('main').send('please');
  const failed = await messageWhere(alice.channel('main'), ({ delivery }) => delivery.state === 'failed');
  assert.deepEqual(failed.delivery, { state: 'failed', error: 'not today' });
  relay.answerWith();
  await alice.channel('main').retry(failed.id);
  await messageWhere(alice.channel('main'), ({ delivery }) => delivery.state === 'sent');
  await close();
});

test('a busy relay is asked again until it takes the message', async () => {
  const { relay, alice, close } = await twoInMain();
  relay.answerWith({ status: 429, body: { error: 'rate limit' }, headers: { 'retry-after': '60' } });
  const message = await alice.channel('main').send('hold on');
  assert.equal(message.delivery.state, 'queued');
  relay.answerWith();
  await messageWhere(alice.channel('main'), ({ delivery }) => delivery.state === 'sent');
  await close();
});

test('a forged message or profile from the relay changes nothing', async () => {
  const { relay, alice, bob, close } = await twoInMain();
  await alice.channel('main').send('genuine');
  await messageWhere(bob.channel('main'), ({ text }) => text === 'genuine');
  const [genuine] = relay.messages;
  relay.inject({ ...genuine?.json, id: 'another' });
  relay.inject(null);
  relay.inject({ version: '1.2', nonsense: true });
  const [profile] = relay.profiles.values();
  await relay.http.request({
    method: 'PUT',
    url: `${RELAY}/profiles`,
    body: JSON.stringify({ ...profile, name: 'Mallory', version: Number.MAX_SAFE_INTEGER }),
  });
  await alice.channel('main').send('still fine');
  await messageWhere(bob.channel('main'), ({ text }) => text === 'still fine');
  assert.deepEqual(await membersWhere(bob.channel('main'), () => true), ['Alice', 'Bob']);
  assert.equal((await bob.channel('main').messages()).length, 2);
  await close();
});

test('a seal lifted from another one does not open as the words of who lifted it', async () => {
  const { relay, alice, bob, close } = await twoInMain();
  await alice.channel('main').send('words of Alice');
  await messageWhere(bob.channel('main'), ({ text }) => text === 'words of Alice');
  const { message } = parsePiper(relay.messages[0]?.json, { fresh: { id: '', createdAt: '' } });
  const thief = signerFromSeed(new Uint8Array(32).fill(66));
  const lifted = { ...message, id: 'lifted', fromEd25519Pub: toHex(thief.key) } as Piper12;
  relay.inject(toPost({ ...lifted, sig: toHex(await thief.sign(signedBytes(lifted))) }));
  const shown = await messageWhere(bob.channel('main'), ({ author }) => author.key === toHex(thief.key));
  assert.deepEqual([shown.text, shown.lock], [undefined, { state: 'sealed', reason: 'damaged' }]);
  assert.deepEqual(await membersWhere(bob.channel('main'), () => true), ['Alice', 'Bob']);
  await close();
});

test('unsigned messages from a relay are shown as readable by anyone', async () => {
  const { relay, bob, close } = await twoInMain();
  await relay.http.request({
    method: 'POST',
    url: `${RELAY}/messages`,
    body: JSON.stringify({ content: 'hi', author: 'curl' }),
  });
  const message = await messageWhere(bob.channel('main'), ({ text }) => text === 'hi');
  assert.deepEqual(message.lock, { state: 'plain', signed: false });
  assert.deepEqual([message.author.name, message.author.key], ['curl', undefined]);
  await close();
});

test('name, channels and queue survive a restart of the peer', async () => {
  const relay = createFakeRelay();
  const store = createMemoryStore({ clock });
  const seed = new Uint8Array(32).fill(7);
  const before = await createMemoryPeer({ http: relay.http, relay: RELAY, name: 'Dora', store, seed });
  relay.cut();
  await before.channel('garden').send('planted');
  await before.close();
  const after = await createMemoryPeer({ http: relay.http, relay: RELAY, name: 'ignored', store, seed });
  assert.equal(after.identity.name, 'Dora');
  assert.equal(after.status().queued, 1);
  assert.deepEqual(
    (await after.channels()).map(({ name, joined }) => [name, joined]),
    [['garden', true]],
  );
  relay.connect();
  await messageWhere(after.channel('garden'), ({ delivery }) => delivery.state === 'sent');
  assert.equal(relay.messages.length, 1);
  await after.close();
});

test('without a relay a peer works by itself, and sends what it kept once it is given one', async () => {
  const relay = createFakeRelay();
  const shared = { http: relay.http, store: createMemoryStore({ clock }), seed: new Uint8Array(32).fill(3) };
  const alone = await createMemoryPeer({ ...shared, name: 'Solo' });
  const message = await alone.channel('diary').send('dear diary');
  assert.deepEqual([message.text, message.delivery], ['dear diary', { state: 'queued' }]);
  assert.equal(alone.status().connection, 'local');
  await alone.close();
  const linked = await createMemoryPeer({ ...shared, relay: RELAY });
  await messageWhere(linked.channel('diary'), ({ delivery }) => delivery.state === 'sent');
  assert.equal(relay.messages.length, 1);
  await linked.close();
});

test('what can not be sent is refused with a UsageError', async () => {
  const peer = await createMemoryPeer({ http: createFakeRelay().http });
  const channel = peer.channel('main');
  await assert.rejects(channel.send('   '), UsageError);
  await assert.rejects(channel.send('x'.repeat(4097)), UsageError);
  assert.throws(() => peer.channel('No Such Name'), UsageError);
  await assert.rejects(peer.setName('x'.repeat(65)), UsageError);
  await peer.close();
  await assert.rejects(channel.join(), UsageError);
});

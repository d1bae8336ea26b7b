import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { createFakeRelay } from '../../../test/support/fake-relay.ts';
import { createMemoryPeer, membersWhere, messageWhere } from '../../../test/support/memory-peer.ts';
import { fromHex } from '../../core/bytes.ts';
import { parsePiper, toPost } from '../../core/envelope/piper.ts';
import { UsageError } from '../../core/errors.ts';
import { dot1Of } from '../../core/identity/spelling.ts';
import { encodeBody } from '../../core/seal/body.ts';
import { createMemoryStore } from '../../platform/memory/store.ts';
import { agreementFromSeed, ciphers, clock, random, sha256, signerFromSeed } from '../../platform/node/crypto.ts';
import type { IdentityInfo } from '../api.ts';
import { sealMessage } from '../sealing.ts';

const RELAY = 'http://relay.test';

/** Ada and Ben have talked; Cleo comes afterwards. */
async function aNewcomer() {
  const relay = createFakeRelay();
  const join = async (name: string, more = {}) => {
    const peer = await createMemoryPeer({ http: relay.http, relay: RELAY, name, ...more });
    await peer.channel('main').join();
    return peer;
  };
  const ada = await join('Ada');
  const ben = await join('Ben');
  await membersWhere(ada.channel('main'), (names) => names.length === 2);
  const files = [{ name: 'plan.txt', type: 'text/plain', bytes: new TextEncoder().encode('the plan') }];
  await ada.channel('main').send('before Cleo: one');
  await ada.channel('main').send('before Cleo: two', { files });
  await messageWhere(ben.channel('main'), ({ text }) => text === 'before Cleo: two');
  const state = { store: createMemoryStore({ clock }), seed: new Uint8Array(32).fill(3) };
  const cleo = await join('Cleo', state);
  for (const peer of [ada, ben, cleo]) await membersWhere(peer.channel('main'), (names) => names.length === 3);
  const reopen = () => join('Cleo', state);
  return { relay, ada, ben, cleo, reopen, close: () => Promise.all([ada, ben, cleo].map((peer) => peer.close())) };
}

/** From somebody who claims to have the key of a message, and has none. */
async function falseShare(to: IdentityInfo, id: string) {
  const seed = new Uint8Array(32).fill(8);
  const sender = { dot1: '', signer: signerFromSeed(seed), agreement: agreementFromSeed(seed) };
  sender.dot1 = dot1Of(sha256, sender.signer.key);
  const sharedKeys = [{ id: fromHex(id) ?? new Uint8Array(), bodyKey: new Uint8Array(32) }];
  const message = await sealMessage(
    {
      plaintext: encodeBody({ text: '', sharedKeys, sender: sender.signer.key, channel: 'main' }),
      recipients: [{ dot1: to.dot1, agreementKey: fromHex(to.agreementKey) ?? new Uint8Array() }],
      ...{ sender, channel: 'main', id: randomUUID(), createdAt: new Date(clock.now()).toISOString() },
    },
    { ciphers, random },
  );
  return toPost(message, {});
}

const isEarly = ({ lock }: { lock: { state: string; reason?: string } }) => lock.reason === 'before-you-joined';

test('a member shares the past: the newcomer reads it, files and all, and is told by whom', async () => {
  const { relay, ada, ben, cleo, close } = await aNewcomer();
  const main = cleo.channel('main');
  await messageWhere(main, isEarly);
  assert.equal((await main.messages()).filter(isEarly).length, 2);
  const sent = relay.messages.length;
  const told = new Promise<void>((settle) => {
    main.on('message', ({ text }) => text === 'before Cleo: one' && settle());
  });

  assert.equal(await ben.channel('main').shareHistory(cleo.identity.key), 2);
  const share = await messageWhere(main, ({ sharedKeys }) => sharedKeys === 2);
  assert.equal(share.author.key, ben.identity.key);
  assert.equal(share.text, '');
  await told;
  const [one, two] = await main.messages();
  assert.equal(one?.text, 'before Cleo: one');
  assert.equal(one?.author.key, ada.identity.key);
  assert.deepEqual(one?.lock, { state: 'open', readers: 2, sharedBy: ben.identity.key });
  assert.deepEqual(new TextDecoder().decode(await two?.files[0]?.read()), 'the plan');

  assert.equal(relay.messages.length, sent + 1);
  const { message } = parsePiper(relay.messages.at(-1)?.json, { fresh: { id: '', createdAt: '' }, holds: () => true });
  assert.equal(message.version, '1.2', 'published clients see an ordinary sealed message');
  const seen = await messageWhere(ada.channel('main'), ({ id }) => id === share.id);
  assert.deepEqual(seen.lock, { state: 'sealed', reason: 'not-for-you' });
  await close();
});

test('to all but the newcomer, sharing is an aside: nothing to show, and nothing that counts', async () => {
  const { relay, ada, ben, cleo, close } = await aNewcomer();
  const countOf = async (peer: typeof ada) => (await peer.channels()).find(({ name }) => name === 'main')?.count;
  await messageWhere(cleo.channel('main'), isEarly);
  assert.equal(await countOf(ada), 2);
  assert.equal(await countOf(cleo), 0, 'what was sealed before she came is no news to her');
  await ben.channel('main').shareHistory(cleo.identity.key);
  const share = await messageWhere(cleo.channel('main'), ({ sharedKeys }) => sharedKeys === 2);
  assert.equal(share.aside, undefined);
  const seen = await messageWhere(ada.channel('main'), ({ id }) => id === share.id);
  assert.equal(seen.aside, true);
  assert.equal((await ben.channel('main').messages()).find(({ id }) => id === share.id)?.aside, undefined);
  assert.equal(await countOf(ada), 2);
  assert.equal(await countOf(cleo), 1, 'the sharing itself');
  assert.match(JSON.stringify(relay.messages.at(-1)?.json), /"id":"[0-9a-f-]{14}8[0-9a-f]{3}-/);
  await close();
});

test('a message that leaves somebody out and is no sharing stays to be seen as sealed to others', async () => {
  const { ada, cleo, relay, close } = await aNewcomer();
  const { lock, aside } = await messageWhere(ada.channel('main'), () => true);
  assert.deepEqual([lock.state, aside], ['open', undefined]);
  relay.inject(await falseShare(cleo.identity, 'ee'.repeat(32)));
  const other = await messageWhere(ada.channel('main'), (message) => message.lock.state === 'sealed');
  assert.deepEqual([other.lock, other.aside], [{ state: 'sealed', reason: 'not-for-you' }, undefined]);
  await close();
});

test('no key that was shared stands on the newcomer’s disk, and all is open again after a restart', async () => {
  const { ben, cleo, reopen, close } = await aNewcomer();
  await messageWhere(cleo.channel('main'), isEarly);
  await ben.channel('main').shareHistory(cleo.identity.key);
  await messageWhere(cleo.channel('main'), ({ sharedKeys }) => sharedKeys === 2);
  await close();
  const again = await reopen();
  const texts = (await again.channel('main').messages()).map(({ text }) => text);
  assert.deepEqual(texts.slice(0, 2), ['before Cleo: one', 'before Cleo: two']);
  await again.close();
});

test('what was shared can be shared on, and what a member reads already is not sent again', async () => {
  const { relay, ada, ben, cleo, close } = await aNewcomer();
  await messageWhere(cleo.channel('main'), isEarly);
  await ben.channel('main').shareHistory(cleo.identity.key);
  await messageWhere(cleo.channel('main'), ({ sharedKeys }) => sharedKeys === 2);
  assert.equal(await cleo.channel('main').shareHistory(ada.identity.key), 0);
  const dora = await createMemoryPeer({ http: relay.http, relay: RELAY, name: 'Dora' });
  await dora.channel('main').join();
  await membersWhere(cleo.channel('main'), (names) => names.length === 4);
  assert.equal(await cleo.channel('main').shareHistory(dora.identity.key), 2);
  const opened = await messageWhere(dora.channel('main'), ({ sharedKeys }) => sharedKeys === 2);
  assert.equal(opened.author.name, 'Cleo');
  assert.ok((await dora.channel('main').messages()).some(({ text }) => text === 'before Cleo: one'));
  await dora.close();
  await close();
});

test('only what was said since a time is shared, where one is given', async () => {
  const { ben, cleo, close } = await aNewcomer();
  assert.equal(await ben.channel('main').shareHistory(cleo.identity.key, { since: new Date(clock.now() + 1000) }), 0);
  await close();
});

test('the past is shared with another member of the channel alone', async () => {
  const { ada, close } = await aNewcomer();
  for (const key of [ada.identity.key, 'ab'.repeat(32)]) {
    await assert.rejects(ada.channel('main').shareHistory(key), UsageError);
  }
  await close();
});

test('a key that opens nothing leaves the message sealed, for the reason it had', async () => {
  const { ben, cleo, relay, close } = await aNewcomer();
  const main = cleo.channel('main');
  const early = await messageWhere(main, isEarly);
  relay.inject(await falseShare(cleo.identity, early.id));
  await messageWhere(main, ({ sharedKeys }) => sharedKeys === 1);
  const found = (await main.messages()).find(({ id }) => id === early.id);
  assert.deepEqual(found?.lock, { state: 'sealed', reason: 'before-you-joined' });
  await ben.channel('main').shareHistory(cleo.identity.key);
  await messageWhere(main, ({ sharedKeys }) => sharedKeys === 2);
  assert.equal((await main.messages()).find(({ id }) => id === early.id)?.text, 'before Cleo: one');
  await close();
});

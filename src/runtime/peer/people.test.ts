import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeRelay } from '../../../test/support/fake-relay.ts';
import { createMemoryPeer, membersWhere } from '../../../test/support/memory-peer.ts';
import { createMemoryStore } from '../../platform/memory/store.ts';
import { agreementFromSeed, clock } from '../../platform/node/crypto.ts';
import type { Peer } from '../api.ts';

const RELAY = 'http://relay.test';

async function met() {
  const relay = createFakeRelay();
  const join = async (name: string, byte: number, more = {}) => {
    const seed = new Uint8Array(32).fill(byte);
    const peer = await createMemoryPeer({ http: relay.http, relay: RELAY, name, seed, ...more });
    await peer.channel('main').join();
    return peer;
  };
  const store = createMemoryStore({ clock });
  const ada = await join('Ada', 1, { store });
  const ben = await join('Ben', 2);
  await membersWhere(ada.channel('main'), (names) => names.length === 2);
  await membersWhere(ben.channel('main'), (names) => names.length === 2);
  return { relay, ada, ben, join, store };
}

const known = async (peer: Peer, key: string) => (await peer.people.list()).find((person) => person.key === key);

test('two people see the same safety number, and nobody else’s', async () => {
  const { ada, ben } = await met();
  const number = await ada.people.safetyNumber(ben.identity.key);
  assert.match(number ?? '', /^\d{60}$/);
  assert.equal(await ben.people.safetyNumber(ada.identity.key), number);
  assert.equal(await ada.people.safetyNumber(ada.identity.key), undefined);
  assert.equal(await ada.people.safetyNumber('ab'.repeat(32)), undefined);
  await Promise.all([ada.close(), ben.close()]);
});

test('a comparison is remembered over a restart, and can be taken back', async () => {
  const { relay, ada, ben, store } = await met();
  assert.equal((await known(ada, ben.identity.key))?.verified, undefined);
  await ada.people.setVerified(ben.identity.key, true);
  await ada.close();
  const seed = new Uint8Array(32).fill(1);
  const again = await createMemoryPeer({ http: relay.http, relay: RELAY, store, seed });
  assert.ok((await known(again, ben.identity.key))?.verified instanceof Date);
  await again.people.setVerified(ben.identity.key, false);
  assert.equal((await known(again, ben.identity.key))?.verified, undefined);
  await Promise.all([again.close(), ben.close()]);
});

test('another agreement key voids the comparison, shows, and is an event, until it is accepted', async () => {
  const { ada, ben, join } = await met();
  await ada.people.setVerified(ben.identity.key, true);
  const before = await ada.people.safetyNumber(ben.identity.key);
  await ben.close();
  const changed = new Promise<void>((settle) => {
    const stop = ada.channel('main').on('members', async () => {
      if (!(await known(ada, ben.identity.key))?.keyChanged) return;
      stop();
      settle();
    });
  });
  const other = await join('Ben', 2, { more: { agreement: agreementFromSeed(new Uint8Array(32).fill(99)) } });
  await changed;
  assert.equal((await known(ada, ben.identity.key))?.verified, undefined);
  assert.notEqual(await ada.people.safetyNumber(ben.identity.key), before);
  assert.ok((await ada.channel('main').roster()).some(({ kind, name }) => kind === 'new-key' && name === 'Ben'));
  await ada.people.accept(ben.identity.key);
  const accepted = await known(ada, ben.identity.key);
  assert.deepEqual([accepted?.keyChanged, accepted?.verified], [false, undefined]);
  await Promise.all([ada.close(), other.close()]);
});

test('who came after oneself and who went are events; who was there before is none', async () => {
  const { ada, ben } = await met();
  const kinds = async (peer: Peer) => (await peer.channel('main').roster()).map(({ kind, name }) => `${name} ${kind}`);
  assert.deepEqual(await kinds(ada), ['Ben joined']);
  assert.deepEqual(await kinds(ben), []);
  await ben.channel('main').leave();
  await membersWhere(ada.channel('main'), (names) => names.length === 1);
  assert.deepEqual(await kinds(ada), ['Ben joined', 'Ben left']);
  await Promise.all([ada.close(), ben.close()]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Store } from '../../core/ports.ts';
import { parseProfile } from '../../core/profile.ts';
import { createMemoryStore } from '../../platform/memory/store.ts';
import { agreementFromSeed, ciphers, clock, random, sha256, signerFromSeed } from '../../platform/node/crypto.ts';
import type { PeerPorts } from './ports.ts';
import { createSelf, type Self } from './self.ts';

const seed = new Uint8Array(32).fill(7);

/** Reads answer with what was there when they began, some turns later, as a disk does. */
function slowly(store: Store): Store {
  return {
    ...store,
    async record(space, key) {
      const value = await store.record(space, key);
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      return value;
    },
  };
}

const selfOn = (store: Store): Promise<Self> => {
  const signing = { signer: signerFromSeed(seed), agreement: agreementFromSeed(seed) };
  return createSelf({ store, ...signing, ciphers, clock, random, sha256 } as unknown as PeerPorts);
};

test('a publication that is noted meanwhile loses no change of the profile', async () => {
  const store = slowly(createMemoryStore({ clock }));
  const self = await selfOn(store);
  await self.setName('Ada');
  const said = self.state();
  await Promise.all([self.reload(), self.join('main'), self.markPublished(said), self.reload(), self.join('garden')]);
  assert.deepEqual(Object.keys(self.state().joined), ['main', 'garden']);
  assert.equal(self.state().published, said.version);
  const restarted = await selfOn(store);
  assert.deepEqual(restarted.state(), self.state());
});

test('a tab that notes a publication does not overwrite what another tab changes', async () => {
  const store = createMemoryStore({ clock });
  let joined: Promise<unknown> = Promise.resolve();
  const behind: Store = {
    ...store,
    /** What was there before the other tab joined, handed over only after it has. */
    async record(space, key) {
      const value = await store.record(space, key);
      await joined;
      return value;
    },
  };
  const [leader, other] = [await selfOn(behind), await selfOn(store)];
  await other.setName('Ada');
  await leader.reload();
  joined = other.join('main');
  await leader.markPublished(leader.state());
  await joined;
  const restarted = await selfOn(store);
  assert.deepEqual(Object.keys(restarted.state().joined), ['main']);
  assert.equal(restarted.state().name, 'Ada');
});

test('an earlier word of one’s own that comes back late undoes nothing', async () => {
  const self = await selfOn(createMemoryStore({ clock }));
  await self.setName('Ada');
  await self.markPublished(self.state());
  await self.join('attic');
  const early = parseProfile(self.state().profile);
  await self.leave('attic');
  assert.equal(await self.follow(early), false);
  assert.deepEqual(self.state().joined, {});
});

test('what was taken over from another device and not published here yet is no change of one’s own', async () => {
  const [here, there] = [await selfOn(createMemoryStore({ clock })), await selfOn(createMemoryStore({ clock }))];
  await there.setName('Ada');
  await there.join('attic');
  assert.equal(await here.follow(parseProfile(there.state().profile)), true);
  await there.leave('attic');
  assert.equal(await here.follow(parseProfile(there.state().profile)), true);
  assert.deepEqual([here.state().name, here.state().joined], ['Ada', {}]);
});

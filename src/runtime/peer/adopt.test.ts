import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeRelay } from '../../../test/support/fake-relay.ts';
import { createMemoryPeer, membersWhere, messageWhere } from '../../../test/support/memory-peer.ts';
import { RemoteError } from '../../core/errors.ts';

const RELAY = 'http://relay.test';
const seed = new Uint8Array(32).fill(4);

async function lostAndFriend() {
  const relay = createFakeRelay();
  const common = { http: relay.http, relay: RELAY };
  const lost = await createMemoryPeer({ ...common, seed, name: 'Ada' });
  const friend = await createMemoryPeer({ ...common, name: 'Grace' });
  for (const channel of ['garden', 'main']) {
    await lost.channel(channel).join();
    await friend.channel(channel).join();
    await membersWhere(friend.channel(channel), (names) => names.length === 2);
  }
  await friend.channel('garden').send('before it was lost');
  await messageWhere(lost.channel('garden'), ({ text }) => text === 'before it was lost');
  await lost.close();
  return { relay, friend, restored: await createMemoryPeer({ ...common, seed }) };
}

test('one restored elsewhere has name and channels again, and opens what was sealed to them before', async () => {
  const { friend, restored } = await lostAndFriend();
  assert.equal(restored.identity.name, '');
  assert.equal(await restored.adoptProfile(), true);
  assert.equal(restored.identity.name, 'Ada');
  const channels = await restored.channels();
  assert.deepEqual(
    channels
      .filter(({ joined }) => joined)
      .map(({ name }) => name)
      .sort(),
    ['garden', 'main'],
  );
  const old = await messageWhere(restored.channel('garden'), ({ text }) => text === 'before it was lost');
  assert.deepEqual(old.lock, { state: 'open', readers: 2 });
  await restored.channel('garden').send('I am back');
  const back = await messageWhere(friend.channel('garden'), ({ text }) => text === 'I am back');
  assert.deepEqual([back.author.name, back.lock], ['Ada', { state: 'open', readers: 2 }]);
  await Promise.all([friend.close(), restored.close()]);
});

test('what was said here is not replaced by what was said elsewhere', async () => {
  const { friend, restored } = await lostAndFriend();
  await restored.setName('Ada King');
  assert.equal(await restored.adoptProfile(), false);
  assert.equal(restored.identity.name, 'Ada King');
  await Promise.all([friend.close(), restored.close()]);
});

test('a relay that knows nothing, or answers with another’s profile, gives no name', async () => {
  const { relay, friend, restored } = await lostAndFriend();
  const others = relay.profiles.get(friend.identity.key);
  const forged = { ...(others as object), key: restored.identity.key };
  for (const body of [[], [others], [forged], [null, 'no profile']]) {
    relay.answerWith({ status: 200, body });
    assert.equal(await restored.adoptProfile(), false);
  }
  assert.equal(restored.identity.name, '');
  relay.cut();
  await assert.rejects(restored.adoptProfile(), RemoteError);
  await Promise.all([friend.close(), restored.close()]);
});

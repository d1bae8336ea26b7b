import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeRelay } from '../../../test/support/fake-relay.ts';
import { createMemoryPeer, membersWhere, messageWhere } from '../../../test/support/memory-peer.ts';
import { RemoteError } from '../../core/errors.ts';
import type { Http } from '../../core/ports.ts';
import { clock } from '../../platform/node/crypto.ts';
import type { Peer } from '../api.ts';
import type { PeerPorts } from './ports.ts';

/** Until the channels that the peer is in fit, or what else is asked of it. */
function joinedWhere(peer: Peer, fits: (names: string[]) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = async () => {
      const joined = (await peer.channels()).filter((channel) => channel.joined).map(({ name }) => name);
      if (!fits(joined.sort())) return;
      stop();
      resolve();
    };
    const again = () => void look().catch(reject);
    const stop = peer.on('channels', again);
    again();
  });
}

/** The same relay over a line of one's own, which can be cut. */
function switched(http: Http) {
  let line = new AbortController();
  const check = () => {
    if (line.signal.aborted) throw new RemoteError('Cannot reach the relay: the line is cut');
  };
  return {
    http: {
      async request(request) {
        check();
        return http.request(request);
      },
      async *events(url, options) {
        check();
        const stop = new AbortController();
        for (const signal of [line.signal, options.signal]) signal?.addEventListener('abort', () => stop.abort());
        yield* http.events(url, { ...options, signal: stop.signal });
        check();
      },
    } satisfies Http,
    cut: () => line.abort(),
    connect() {
      line = new AbortController();
    },
  };
}

const RELAY = 'http://relay.test';
const seed = new Uint8Array(32).fill(4);

async function lostAndFriend(more: Partial<PeerPorts> = {}) {
  const relay = createFakeRelay();
  const common = { http: relay.http, relay: RELAY, more };
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

test('one identity on two devices: what one joins or is called, the other is, too', async () => {
  const { relay, friend, restored } = await lostAndFriend();
  await restored.adoptProfile();
  const first = await createMemoryPeer({ http: relay.http, relay: RELAY, seed });
  await first.adoptProfile();
  await membersWhere(first.channel('main'), (names) => names.length === 2);
  await restored.channel('kitchen').join();
  await joinedWhere(first, (names) => names.includes('kitchen'));
  await first.setName('Ada King');
  await membersWhere(friend.channel('main'), (names) => names.includes('Ada King'));
  await joinedWhere(restored, () => restored.identity.name === 'Ada King');
  const { channels } = relay.profiles.get(restored.identity.key) as { channels: string[] };
  assert.deepEqual(channels, ['garden', 'kitchen', 'main']);
  await restored.channel('garden').leave();
  await joinedWhere(first, (names) => !names.includes('garden'));
  await Promise.all([friend.close(), restored.close(), first.close()]);
});

/** Two devices of one identity, of which one is away until it is connected. */
async function homeAndAway(more: Partial<PeerPorts> = {}) {
  const { relay, friend, restored: home } = await lostAndFriend(more);
  await home.adoptProfile();
  await membersWhere(friend.channel('main'), (names) => names.length === 2);
  const network = switched(relay.http);
  const away = await createMemoryPeer({ http: network.http, relay: RELAY, seed, more });
  await away.adoptProfile();
  await membersWhere(away.channel('main'), (names) => names.length === 2);
  network.cut();
  return {
    ...{ home, away },
    async meet(expected: readonly string[]) {
      network.connect();
      for (const device of [away, home]) await joinedWhere(device, (names) => names.join() === expected.join());
      await Promise.all([friend.close(), home.close(), away.close()]);
    },
  };
}

test('what was changed on a device that was away is not lost to what another said meanwhile', async () => {
  const { home, away, meet } = await homeAndAway();
  await away.channel('attic').join();
  await home.channel('kitchen').join();
  await meet(['attic', 'garden', 'kitchen', 'main']);
});

test('a device that comes back undoes nothing that another said while it was away, though its own word is later', async () => {
  let now = clock.now();
  const { home, away, meet } = await homeAndAway({ clock: { ...clock, now: () => now++ } });
  await home.channel('kitchen').join();
  await away.channel('attic').join();
  await away.channel('garden').leave();
  await meet(['attic', 'kitchen', 'main']);
});

test('two devices that say different things in the same millisecond come to one word', async () => {
  const { home, away, meet } = await homeAndAway({ clock: { ...clock, now: () => 1_800_000_000_000 } });
  await away.channel('attic').join();
  await home.channel('kitchen').join();
  await meet(['attic', 'garden', 'kitchen', 'main']);
});

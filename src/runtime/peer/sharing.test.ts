import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeRelay } from '../../../test/support/fake-relay.ts';
import { createMemoryPeer, membersWhere, messageWhere } from '../../../test/support/memory-peer.ts';
import { createMemoryBlobs } from '../../platform/memory/blobs.ts';
import { createMemoryStore } from '../../platform/memory/store.ts';
import { clock } from '../../platform/node/crypto.ts';
import { createCanceller } from './cancel.ts';
import type { Change, PeerPorts } from './ports.ts';

/** What Web Locks and BroadcastChannel do for tabs, in memory: the first to ask leads until it gives up. */
function createTabs() {
  const listeners = new Map<number, (change: Change) => void>();
  const waiting: (() => void)[] = [];
  let led = false;
  let tabs = 0;
  return (): Pick<PeerPorts, 'lead' | 'changes'> => {
    const own = tabs++;
    return {
      lead(task) {
        const stop = createCanceller();
        const start = async () => {
          led = true;
          if (!stop.signal.aborted) await task(stop.signal);
          led = false;
          waiting.shift()?.();
        };
        if (led) waiting.push(start);
        else void start();
        return () => stop.cancel();
      },
      changes: {
        announce(change) {
          for (const [tab, listener] of listeners) if (tab !== own) queueMicrotask(() => listener(change));
        },
        on(listener) {
          listeners.set(own, listener);
          return () => void listeners.delete(own);
        },
      },
    };
  };
}

async function twoTabs() {
  const relay = createFakeRelay();
  const tab = createTabs();
  const shared = {
    store: createMemoryStore({ clock }),
    blobs: createMemoryBlobs({ clock }),
    seed: new Uint8Array(32).fill(9),
    ...{ http: relay.http, relay: 'http://relay.test' },
  };
  const first = await createMemoryPeer({ ...shared, more: tab(), name: 'Tabea' });
  const second = await createMemoryPeer({ ...shared, more: tab() });
  return { relay, first, second };
}

test('two tabs are one identity with one name', async () => {
  const { first, second } = await twoTabs();
  assert.equal(second.identity.key, first.identity.key);
  assert.equal(second.identity.name, 'Tabea');
  await Promise.all([first.close(), second.close()]);
});

test('what one tab sends the other shows, and the leader alone posts it', async () => {
  const { relay, first, second } = await twoTabs();
  await second.channel('main').send('from the follower');
  await messageWhere(
    first.channel('main'),
    ({ text, delivery }) => text === 'from the follower' && delivery.state === 'sent',
  );
  await messageWhere(second.channel('main'), ({ delivery }) => delivery.state === 'sent');
  assert.equal(relay.messages.length, 1);
  await Promise.all([first.close(), second.close()]);
});

test('a follower learns of members and messages that the leader received', async () => {
  const { relay, first, second } = await twoTabs();
  await second.channel('main').join();
  const other = await createMemoryPeer({ http: relay.http, relay: 'http://relay.test', name: 'Otto' });
  await other.channel('main').join();
  await membersWhere(second.channel('main'), (names) => names.includes('Otto'));
  await membersWhere(other.channel('main'), (names) => names.includes('Tabea'));
  await other.channel('main').send('hello tabs');
  await messageWhere(second.channel('main'), ({ text }) => text === 'hello tabs');
  await Promise.all([first.close(), second.close(), other.close()]);
});

test('when the leading tab goes, the next one takes over', async () => {
  const { relay, first, second } = await twoTabs();
  await first.channel('main').send('one');
  await messageWhere(second.channel('main'), ({ delivery }) => delivery.state === 'sent');
  await first.close();
  await second.channel('main').send('two');
  await messageWhere(second.channel('main'), ({ text, delivery }) => text === 'two' && delivery.state === 'sent');
  assert.equal(relay.messages.length, 2);
  await second.close();
});

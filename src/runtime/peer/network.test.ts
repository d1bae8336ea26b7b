import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeRelay } from '../../../test/support/fake-relay.ts';
import { createMemoryPeer } from '../../../test/support/memory-peer.ts';
import type { Peer, Status } from '../api.ts';

test('a device that loses its network is offline at once, though its stream has not noticed, and comes back', async () => {
  const relay = createFakeRelay();
  let tell: (isThere: boolean) => void = () => assert.fail('nobody listens');
  const network = (listener: (isThere: boolean) => void) => {
    tell = listener;
    return () => undefined;
  };
  const peer = await createMemoryPeer({ http: relay.http, relay: 'http://relay.test', more: { network } });
  await statusWhere(peer, ({ connection }) => connection === 'online');
  const offline = statusWhere(peer, ({ connection }) => connection === 'offline');
  tell(false);
  assert.equal((await offline).problem, 'this device has no network');
  tell(true);
  await statusWhere(peer, ({ connection }) => connection === 'online');
  await peer.close();
});

function statusWhere(peer: Peer, fits: (status: Status) => boolean): Promise<Status> {
  return new Promise((resolve) => {
    const stop = peer.on('status', (status) => {
      if (!fits(status)) return;
      stop();
      resolve(status);
    });
    if (!fits(peer.status())) return;
    stop();
    resolve(peer.status());
  });
}

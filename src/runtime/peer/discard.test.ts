import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeRelay } from '../../../test/support/fake-relay.ts';
import { createMemoryPeer, messageWhere } from '../../../test/support/memory-peer.ts';
import { UsageError } from '../../core/errors.ts';
import { createCanceller } from './cancel.ts';

const RELAY = 'http://relay.test';

async function alone() {
  const relay = createFakeRelay();
  const peer = await createMemoryPeer({ http: relay.http, relay: RELAY, name: 'Ada' });
  const main = peer.channel('main');
  await main.join();
  return { relay, peer, main };
}

test('a message that waits can be taken back, and never goes out', async () => {
  const { relay, peer, main } = await alone();
  relay.cut();
  const message = await main.send('on second thoughts');
  const gone = new Promise((settle) => main.on('discarded', settle));
  assert.equal(await main.discard(message.id), true);
  assert.equal(await gone, message.id);
  assert.deepEqual(await main.messages(), []);
  assert.equal(peer.status().queued, 0);
  relay.connect();
  await main.send('this one');
  await messageWhere(main, ({ delivery }) => delivery.state === 'sent');
  assert.equal(relay.messages.length, 1);
  await peer.close();
});

test('what the relay has can’t be taken back', async () => {
  const { peer, main } = await alone();
  await main.send('said');
  const sent = await messageWhere(main, ({ delivery }) => delivery.state === 'sent');
  assert.equal(await main.discard(sent.id), false);
  assert.equal((await main.messages()).length, 1);
  await peer.close();
});

test('a refused message can be taken back', async () => {
  const { relay, peer, main } = await alone();
  await main.send('first');
  await messageWhere(main, ({ delivery }) => delivery.state === 'sent');
  relay.answerWith({ status: 400, body: { error: 'no' } });
  await main.send('unwanted');
  const failed = await messageWhere(main, ({ delivery }) => delivery.state === 'failed');
  assert.equal(await main.discard(failed.id), true);
  assert.deepEqual(
    (await main.messages()).map(({ text }) => text),
    ['first'],
  );
  relay.answerWith();
  await peer.close();
});

test('a large file tells how far it is, sealing and sending, and then is sent', async () => {
  const { relay, peer, main } = await alone();
  const sealed: number[] = [];
  const sent: number[] = [];
  main.on('message', ({ delivery }) => {
    if (delivery.state === 'queued' && delivery.progress) sent.push(delivery.progress.done);
  });
  const bytes = new Uint8Array(2.5 * 1024 * 1024);
  const files = [{ name: 'large.bin', type: '', bytes }];
  await main.send('', { files, onProgress: (done) => sealed.push(done) });
  assert.deepEqual(sealed, [1024 * 1024, 2 * 1024 * 1024, bytes.length]);
  await messageWhere(main, ({ delivery }) => delivery.state === 'sent');
  assert.deepEqual(sent, [1, 2, 3, 4], 'three chunks and their manifest');
  assert.equal(relay.blobs.size, 4);
  await peer.close();
});

test('sealing can be cancelled: nothing is said', async () => {
  const { relay, peer, main } = await alone();
  const stop = createCanceller();
  const files = [{ name: 'large.bin', type: '', bytes: new Uint8Array(3 * 1024 * 1024) }];
  await assert.rejects(main.send('', { files, signal: stop.signal, onProgress: () => stop.cancel() }), UsageError);
  assert.deepEqual(await main.messages(), []);
  assert.equal(relay.messages.length, 0);
  await peer.close();
});

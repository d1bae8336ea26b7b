/** Peers that take no connections themselves, as behind NATs, meet through a relay that forwards what it cannot read. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { open } from '../../src/open/node.ts';
import { loadOrCreateRelayKey } from '../../src/platform/node/log-key.ts';
import { openNodeNetwork } from '../../src/platform/node/network.ts';
import { createLog } from '../../src/relay/logs.ts';
import { startRelay } from '../../src/relay/relay.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (said: string): Uint8Array => new TextEncoder().encode(said);

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'pipes-relayed-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Its ticket. */
async function forwarder(t: TestContext): Promise<string> {
  const dataDir = directory(t);
  const relay = await startRelay({ port: 0, host: '127.0.0.1', dataDir, logger: createLog({ level: 'error' }) });
  const { seed, signer } = await loadOrCreateRelayKey(dataDir);
  const { transports, close } = await openNodeNetwork({ seed, port: 0, host: '127.0.0.1', relay: true });
  t.after(() => relay.close().then(close));
  return (await relay.join({ signer, transports, forwards: true })).ticket();
}

async function hidden(t: TestContext, name: string, relay: string) {
  const peer = await open({ dataDir: directory(t), name, network: { port: 'off' } });
  t.after(() => peer.close());
  assert.deepEqual(peer.network.addresses(), [], 'nobody reaches it yet');
  await peer.connect(relay);
  while (peer.network.addresses().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  return peer;
}

test('two hidden peers meet through a relay at once: sealed messages, pipes and files go between them', async (t) => {
  const relay = await forwarder(t);
  const [ann, ben] = [await hidden(t, 'Ann', relay), await hidden(t, 'Ben', relay)];
  const met = await ben.connect(await ann.ticket());
  assert.deepEqual([met.name, met.identity, met.isConnected], ['Ann', ann.identity.key, true]);
  assert.ok(ben.paths(ann.identity.key).every(({ passage }) => passage === 'relayed'));

  const heard = new Promise<string>((resolve) => {
    ann.onMessage(({ from, bytes }) => resolve(`${from} ${text(bytes)}`));
  });
  const sent = await ben.send(ann.identity.key, bytes('hello'));
  assert.equal(await heard, `${ben.identity.key} hello`);
  await sent.delivered;

  ann.onPipe('echo/1', (pipe) => void pipe.readable.pipeTo(pipe.writable));
  const pipe = await ben.pipe(ann.identity.key, 'echo/1');
  assert.equal(pipe.passage, 'relayed');
  const writer = pipe.writable.getWriter();
  void writer.write(bytes('through the relay')).then(() => writer.close());
  let back = '';
  for await (const piece of pipe.readable) back += text(piece);
  assert.equal(back, 'through the relay');

  const file = await ann.put([new Uint8Array(1_000_000).fill(7)]);
  let size = 0;
  for await (const piece of ben.get(file.id)) size += piece.length;
  assert.equal(size, 1_000_000);
});

/** Browsers as peers: to a relay by WebSocket, to each other by way of it, and by WebRTC without it. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { loadOrCreateRelayKey } from '../../src/platform/node/log-key.ts';
import { openNodeNetwork } from '../../src/platform/node/network.ts';
import { createLog } from '../../src/relay/logs.ts';
import { startRelay } from '../../src/relay/relay.ts';
import { temporaryDirectory } from '../support/command.ts';
import { skipReason } from './chromium.ts';
import { startBrowser } from './house.ts';
import type {} from './network-page.ts';
import { servePage } from './page.ts';

async function forwarder(t: TestContext): Promise<string> {
  const dataDir = temporaryDirectory();
  const relay = await startRelay({ port: 0, host: '127.0.0.1', dataDir, logger: createLog({ level: 'error' }) });
  const { seed, signer } = await loadOrCreateRelayKey(dataDir);
  const { transports, close } = await openNodeNetwork({ seed, port: 0, host: '127.0.0.1', relay: true });
  t.after(() => relay.close().then(close));
  return (await relay.join({ signer, transports, forwards: true })).ticket();
}

async function browserPeer(page: Page, url: string, name: string): Promise<void> {
  await page.goto(url);
  await page.evaluate(async (called) => {
    globalThis.peer = await startPeer(called);
  }, name);
}

/** Who has them lets WebRTC use all addresses of a machine: loopback too, should there be no other. */
const permissions = ['microphone', 'camera'];

test('two browsers meet through a relay, exchange what is sealed, and find a way without it', {
  skip: skipReason,
}, async (t) => {
  const relay = await forwarder(t);
  const site = await servePage(new URL('./network-page.ts', import.meta.url));
  t.after(() => site.close());
  const browser = await startBrowser(t);
  const [ann, ben] = await Promise.all([1, 2].map(async () => (await browser.newContext({ permissions })).newPage()));
  assert.ok(ann && ben);
  for (const [page, name] of [
    [ann, 'Ann'],
    [ben, 'Ben'],
  ] as const) {
    page.on('pageerror', (error) => t.diagnostic(String(error)));
    await browserPeer(page, site.url, name);
    assert.ok(await page.evaluate(async (ticket) => (await peer.connect(ticket)).isConnected, relay));
    await page.waitForFunction(() => peer.addresses().length > 0);
  }
  const ticket = await ann.evaluate(() => peer.ticket());
  const met = await ben.evaluate((text) => peer.connect(text), ticket);
  assert.deepEqual([met.name, met.isConnected], ['Ann', true]);

  const [annKey, benKey] = await Promise.all([ann, ben].map((page) => page.evaluate(() => peer.identity)));
  assert.ok(annKey && benKey);
  await ben.evaluate((to) => peer.say(to, 'hello'), annKey);
  assert.deepEqual(await ann.evaluate(() => peer.heard), ['Ben: hello']);
  const echo = await ann.evaluate((to) => peer.echo(to, 'there and back'), benKey);
  assert.match(echo, /^(relayed|direct) there and back$/);
  const file = await ann.evaluate(() => peer.put(800_000));
  assert.equal(await ben.evaluate((id) => peer.get(id), file), 800_000);
  await ben.waitForFunction((to) => peer.passages(to).includes('direct'), annKey);
});

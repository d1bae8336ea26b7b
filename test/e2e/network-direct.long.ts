/** A browser reaches a relay by webrtc-direct alone, as where no WebSocket gets through: `pipes relay --webrtc`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeTicket, encodeTicket } from '../../src/core/ticket.ts';
import { sha256 } from '../../src/platform/node/crypto.ts';
import { start, temporaryDirectory } from '../support/command.ts';
import { skipReason } from './chromium.ts';
import { startBrowser } from './house.ts';
import type {} from './network-page.ts';
import { servePage } from './page.ts';

test('a browser dials a relay by webrtc-direct, and exchanges with another over it', {
  skip: skipReason,
}, async (t) => {
  const environment = { PORT: '0', P2P_PORT: '0', DATA_DIR: temporaryDirectory() };
  const relay = start(['relay', '--webrtc', '--json', '--host', '127.0.0.1'], environment);
  t.after(() => relay.stop());
  const { ticket } = JSON.parse(await relay.line((line) => line.startsWith('{'))) as { ticket: string };
  const told = decodeTicket(sha256, ticket);
  const addresses = told.addresses.filter((address) => address.includes('/webrtc-direct/'));
  assert.ok(addresses.length > 0, told.addresses.join(' '));
  const direct = encodeTicket(sha256, { ...told, addresses });

  const site = await servePage(new URL('./network-page.ts', import.meta.url));
  t.after(() => site.close());
  const browser = await startBrowser(t);
  const texts: string[][] = [];
  for (const name of ['Ann', 'Ben']) {
    const page = await (await browser.newContext()).newPage();
    page.on('pageerror', (error) => t.diagnostic(String(error)));
    await page.goto(site.url);
    await page.evaluate(async (called) => {
      globalThis.peer = await startPeer(called);
      await peer.join('main');
    }, name);
    assert.ok(await page.evaluate(async (text) => (await peer.connect(text)).isConnected, direct));
    const dialled = await page.evaluate(() => peer.peers().flatMap(({ paths }) => paths.map(({ address }) => address)));
    assert.ok(
      dialled.every((address) => address.includes('/webrtc-direct')),
      dialled.join(' '),
    );
    await page.evaluate((said) => peer.write('main', said), `from ${name}`);
    await page.evaluate(() => peer.settled());
    texts.push((await page.evaluate(() => peer.texts('main'))) as string[]);
  }
  assert.equal(texts[1]?.length, 2, 'what the first wrote came over the relay');
});

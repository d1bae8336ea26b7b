/**
 * The pictures of the README, made by people who really talk: a conversation on a desktop, on a phone in the dark, and a
 * safety number. PIPES_PICTURES=1 writes them to docs/; else they are made, looked at for their size, and let go.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { open } from '../../src/open/node.ts';
import { temporaryDirectory } from '../support/command.ts';
import { skipReason } from './chromium.ts';
import {
  arrive,
  assertNoBreaches,
  canRead,
  composer,
  connected,
  message,
  say,
  sees,
  startBrowser,
  startHouse,
} from './house.ts';

const folder = resolve(import.meta.dirname, '../../docs');
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

async function picture(page: Page, name: string): Promise<void> {
  // Nothing that blinks, and nobody's pointer.
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  const bytes = await page.screenshot({ animations: 'disabled', caret: 'hide', scale: 'css' });
  const file = resolve(folder, `${name}.png`);
  if (process.env.PIPES_PICTURES === '1') {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, bytes);
  }
  assert.ok(existsSync(file), `The README has no ${name}.png: PIPES_PICTURES=1 makes it`);
  assert.deepEqual(
    sizeOf(readFileSync(file)),
    sizeOf(bytes),
    `${name}.png is of another size: PIPES_PICTURES=1 renews it`,
  );
}

/** Width and height, out of a PNG's header. */
const sizeOf = (png: Buffer): number[] => [png.readUInt32BE(16), png.readUInt32BE(20)];

/** On a phone Enter begins a new line; a button sends. */
async function tap(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await page.getByRole('button', { name: 'Send', exact: true }).tap();
  await sees(page, text);
}

async function helper(t: TestContext, relay: string) {
  const peer = await open({ dataDir: temporaryDirectory(), relay, name: 'Timetable', agent: true });
  t.after(() => peer.close());
  const channel = peer.channel('main');
  await channel.join();
  channel.on('message', async ({ author, text }) => {
    if (author.self || !text?.startsWith('@Timetable')) return;
    await channel.send('Ferries today: **8:10**, 12:40 and 17:05. The last one back leaves at 21:30.');
  });
}

test('the README shows what people see', { skip: skipReason }, async (t) => {
  const house = await startHouse(t);
  const browser = await startBrowser(t);
  const ada = await arrive(await browser.newContext({ viewport: DESKTOP, colorScheme: 'light' }), house.url, 'Ada');
  const phone = await browser.newContext({
    viewport: PHONE,
    colorScheme: 'dark',
    deviceScaleFactor: 2,
    hasTouch: true,
  });
  const grace = await arrive(phone, house.url, 'Grace');
  for (const page of [ada, grace]) await page.getByRole('button', { name: 'Later', exact: true }).click();
  await helper(t, house.url);
  await Promise.all([connected(ada), canRead(ada, 3)]);

  await say(ada, 'The harbour at six this morning. Who comes along on Saturday?');
  await tap(grace, 'Me! I bring the tent, if somebody has room for it in the boat.');
  await sees(ada, 'Me! I bring the tent, if somebody has room for it in the boat.');
  await say(ada, 'There is room for two tents and a guitar.');
  await tap(grace, '@Timetable when do we have to be there?');
  const answer = (page: Page) => page.locator('li.message').filter({ hasText: 'The last one back leaves at 21:30.' });
  await Promise.all([answer(ada).waitFor(), answer(grace).waitFor()]);
  await say(ada, 'Then the one at 8:10, so that we see the seals. I write to the others tonight.');
  await sees(grace, 'Then the one at 8:10, so that we see the seals. I write to the others tonight.');
  await message(ada, 'Then the one at 8:10, so that we see the seals. I write to the others tonight.')
    .getByText('Sent')
    .waitFor({ state: 'attached' });

  await picture(ada, 'chat');
  await picture(grace, 'phone');
  await ada.emulateMedia({ colorScheme: 'dark' });
  await ada.locator('.member').getByRole('button', { name: 'Grace', exact: true }).click();
  await ada
    .getByRole('dialog', { name: 'About Grace' })
    .getByRole('img', { name: 'Safety number as a QR code' })
    .waitFor();
  await picture(ada, 'trust');
  assertNoBreaches(ada, grace);
});

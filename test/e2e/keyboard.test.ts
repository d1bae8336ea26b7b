/** Channels, panels and settings without a pointing device, and what is said aloud. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skipReason } from './chromium.ts';
import {
  allow,
  arrive,
  assertNoBreaches,
  canRead,
  composer,
  openPage,
  sees,
  startBrowser,
  startHouse,
} from './house.ts';
import { focused, tabTo } from './keys.ts';

test('name, message, new line, channel, readers and back: all by keyboard', { skip: skipReason }, async (t) => {
  const house = await startHouse(t);
  const browser = await startBrowser(t);
  const page = await openPage(await browser.newContext(), house.url);
  await page.getByLabel('Your name').waitFor();
  await page.keyboard.type('Ada');
  await page.keyboard.press('Enter');
  await composer(page).waitFor();
  const grace = await arrive(await browser.newContext(), house.url, 'Grace');
  await canRead(page, 2);

  await focused(composer(page));
  await page.keyboard.type('first line');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('second line');
  await page.keyboard.press('Enter');
  await sees(grace, 'first line\nsecond line');
  await focused(composer(page));
  assert.equal(await composer(page).inputValue(), '');

  await tabTo(page, page.getByRole('button', { name: 'New channel' }), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await focused(page.getByRole('button', { name: 'New channel' }));
  await page.keyboard.press('Enter');
  await page.keyboard.type('garden');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'garden', level: 1 }).waitFor();
  await focused(composer(page));
  await page.keyboard.type('only me here');
  await page.keyboard.press('Enter');
  await sees(page, 'only me here');

  await page.keyboard.press('Alt+ArrowDown');
  await page.getByRole('heading', { name: 'main', level: 1 }).waitFor();
  await sees(page, 'first line\nsecond line');

  const settings = page.getByRole('button', { name: /^Settings: Ada/ });
  await tabTo(page, settings, 'Shift+Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Settings' }).waitFor();
  await tabTo(page, page.getByLabel('Your name'));
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('Ada King');
  await page.keyboard.press('Enter');
  await page.getByText('Name saved').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await focused(page.getByRole('button', { name: /^Settings: Ada King/ }));
  await grace.getByRole('complementary', { name: 'Who can read' }).getByText('Ada King').waitFor();
  assertNoBreaches(page, grace);
});

test('on a phone the panels open and close by keyboard, and focus comes back', { skip: skipReason }, async (t) => {
  const house = await startHouse(t);
  const context = await (await startBrowser(t)).newContext({ viewport: { width: 390, height: 800 } });
  const page = await arrive(context, house.url, 'Ada');
  const readers = page.getByRole('button', { name: 'Only you can read' });
  await tabTo(page, readers, 'Shift+Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Who can read' }).getByText('Ada').first().waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await focused(readers);
  await tabTo(page, page.getByRole('button', { name: 'Show channels' }), 'Shift+Tab');
  await page.keyboard.press('Enter');
  const current = page.getByRole('dialog').getByRole('link', { name: /main/ });
  await tabTo(page, current, 'Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assertNoBreaches(page);
});

test('what others say is said aloud', { skip: skipReason }, async (t) => {
  const house = await startHouse(t);
  const browser = await startBrowser(t);
  const ada = await arrive(await browser.newContext(), house.url, 'Ada');
  const grace = await arrive(await browser.newContext(), house.url, 'Grace');
  const aloud = ada.getByRole('log');
  await aloud.getByText('Grace can read from now on').waitFor({ state: 'attached' });
  await canRead(grace, 2);
  await composer(grace).fill('can you hear me?');
  await composer(grace).press('Enter');
  await aloud.getByText('Grace: can you hear me?').waitFor({ state: 'attached' });
  await composer(grace).fill('can you hear me?');
  await composer(grace).press('Enter');
  await aloud.getByText('Grace: can you hear me?').nth(1).waitFor({ state: 'attached' });
  allow(ada, /Failed to load resource|ERR_INTERNET_DISCONNECTED|ERR_INCOMPLETE_CHUNKED|ERR_NETWORK/);
  await ada.context().setOffline(true);
  await aloud.getByText('Offline', { exact: true }).waitFor({ state: 'attached' });
  await ada.context().setOffline(false);
  await aloud.getByText('Connected', { exact: true }).waitFor({ state: 'attached' });
  assertNoBreaches(ada, grace);
});

/** The page in the language of its reader: the browser's, another that is chosen, and one that runs from right to left. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { skipReason } from './chromium.ts';
import { allow, arrive, assertNoBreaches, composer, openPage, say, startBrowser, startHouse } from './house.ts';

test('a page speaks the language that the browser asks for', { skip: skipReason }, async (t) => {
  const house = await startHouse(t);
  const browser = await startBrowser(t);
  const german = await openPage(await browser.newContext({ locale: 'de-AT' }), house.url);
  await german.getByRole('heading', { name: 'Willkommen bei Pipes' }).waitFor();
  assert.deepEqual(await document(german), { lang: 'de', dir: 'ltr' });
  const arabic = await openPage(await browser.newContext({ locale: 'ar' }), house.url);
  await arabic.getByRole('heading', { name: 'مرحبًا بك في Pipes' }).waitFor();
  assert.deepEqual(await document(arabic), { lang: 'ar', dir: 'rtl' });
  const french = await openPage(await browser.newContext({ locale: 'fr' }), house.url);
  await french.getByRole('heading', { name: 'Welcome to Pipes' }).waitFor();
  assertNoBreaches(german, arabic, french);
});

test('a language that is chosen is spoken at once and from then on, and nothing that was begun is lost', {
  skip: skipReason,
}, async (t) => {
  const house = await startHouse(t);
  const browser = await startBrowser(t);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await arrive(context, house.url, 'Ada');
  const other = await openPage(context, house.url);
  await composer(other).waitFor();
  await page.bringToFront();
  await say(page, 'A message in English.');
  await composer(page).fill('half a thought');
  await page.getByRole('button', { name: /^Settings/ }).click();
  await page.getByLabel('Language').selectOption('ar');
  await page.getByRole('dialog').getByRole('heading', { name: 'الإعدادات' }).waitFor();
  assert.deepEqual(await document(page), { lang: 'ar', dir: 'rtl' });
  await other.getByRole('complementary', { name: 'القنوات' }).waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await page.getByRole('textbox', { name: /^رسالة إلى/ }).inputValue(), 'half a thought');
  assert.ok((await sideOf(page, '.side')) > (await sideOf(page, '.aside')), 'the channels stand on the right');
  assert.equal(await directionOf(page, 'li.message .body p'), 'ltr', 'what was said in English runs as English does');

  await page.reload();
  await page.getByRole('complementary', { name: 'القنوات' }).waitFor();
  assert.deepEqual(await document(page), { lang: 'ar', dir: 'rtl' });
  assertNoBreaches(page, other);
});

test('where a language cannot be had, the page goes on in the one that it speaks', { skip: skipReason }, async (t) => {
  const house = await startHouse(t);
  const browser = await startBrowser(t);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await arrive(context, house.url, 'Ada');
  await page.getByRole('button', { name: /^Settings/ }).click();
  allow(page, /Failed to load resource|ERR_INTERNET_DISCONNECTED|ERR_INCOMPLETE_CHUNKED|ERR_NETWORK/);
  await context.setOffline(true);
  const asked = page.waitForEvent('requestfailed', (request) => request.url().endsWith('.js'));
  await page.getByLabel('Language').selectOption('de');
  await asked;
  await context.setOffline(false);
  await page.getByLabel('Language').selectOption('de');
  await page.getByRole('dialog').getByRole('heading', { name: 'Einstellungen' }).waitFor();
  assertNoBreaches(page);
});

const document = (page: Page): Promise<{ lang: string; dir: string }> =>
  page.evaluate(() => {
    const { lang, dir } = globalThis.document.documentElement;
    return { lang, dir };
  });

const sideOf = (page: Page, selector: string): Promise<number> =>
  page.locator(selector).evaluate((element) => element.getBoundingClientRect().left);

const directionOf = (page: Page, selector: string): Promise<string> =>
  page.locator(selector).evaluate((element) => getComputedStyle(element).direction);

/**
 * The pictures of the README, taken of a conversation on the real page. `PIPES_SCREENS=docs node --test
 * test/e2e/screens.test.ts` writes them there anew; otherwise they go to a place of their own and are looked at alone.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { skipReason } from './chromium.ts';
import { arrive, assertNoBreaches, canRead, composer, sees, startBrowser, startHouse } from './house.ts';

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const NOTES = {
  name: 'garden plan.md',
  mimeType: 'text/markdown',
  buffer: Buffer.from('# Beds\n\n1. beans\n2. peas\n'),
};

test('three pictures show a conversation, a safety number on a phone, and the page from right to left', {
  skip: skipReason,
}, async (t) => {
  const folder = process.env.PIPES_SCREENS ?? mkdtempSync(join(tmpdir(), 'pipes-screens-'));
  if (process.env.PIPES_SCREENS === undefined) t.after(() => rmSync(folder, { recursive: true, force: true }));
  const house = await startHouse(t);
  const browser = await startBrowser(t);
  const ada = await person(browser, house.url, 'Ada');
  const grace = await person(browser, house.url, 'Grace');
  const amal = await person(browser, house.url, 'أمل');
  await Promise.all([ada, grace, amal].map((page) => canRead(page, 3)));
  await talk(ada, grace, amal);
  for (const page of [ada, grace]) {
    await page.getByRole('button', { name: 'Later' }).click();
    await page.locator('.step').waitFor({ state: 'detached' });
  }
  await take(ada, join(folder, 'conversation.png'), 'light');

  await grace.setViewportSize(PHONE);
  await grace.getByRole('button', { name: '3 can read' }).click();
  await grace.getByRole('dialog').getByRole('button', { name: 'Ada' }).click();
  await grace.getByRole('img', { name: 'Safety number as a QR code' }).waitFor();
  await take(grace, join(folder, 'safety-number.png'), 'dark');

  await amal.setViewportSize(PHONE);
  await amal.getByRole('button', { name: /^Show channels/ }).click();
  await amal.getByRole('button', { name: /^Settings/ }).click();
  await amal.getByLabel('Language').selectOption('ar');
  await amal.getByRole('heading', { name: 'الإعدادات' }).waitFor();
  await amal.keyboard.press('Escape');
  await amal.getByRole('dialog').waitFor({ state: 'detached' });
  await amal.getByRole('button', { name: 'لاحقًا' }).click();
  await take(amal, join(folder, 'arabic.png'), 'light');
  assertNoBreaches(ada, grace, amal);
});

const person = async (browser: Browser, url: string, name: string): Promise<Page> =>
  arrive(await browser.newContext({ viewport: DESKTOP, reducedMotion: 'reduce' }), url, name);

async function talk(ada: Page, grace: Page, amal: Page): Promise<void> {
  await write(ada, 'Good morning! Who waters the garden this week?');
  await write(grace, 'I can, until **Thursday**. Amal, you have the key, don’t you?');
  await write(amal, 'نعم، المفتاح معي. سأسقيها يوم الجمعة.');
  await amal.getByLabel('Attach files').first().setInputFiles(NOTES);
  await amal.getByText(NOTES.name).waitFor();
  await write(amal, 'And I drew a plan: beans left, peas right');
  await write(ada, 'Lovely, thank you both. @Grace, shall we meet there at six?');
  await write(grace, 'Gladly. Bring the long hose.');
  for (const page of [ada, grace, amal]) await sees(page, 'Gladly. Bring the long hose.');
  await grace.locator('li.message').last().getByText('Sent').waitFor({ state: 'attached' });
}

async function write(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press('Enter');
  await page.waitForFunction(() => document.querySelector('textarea')?.value === '');
}

async function take(page: Page, path: string, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.evaluate(() => new Promise((next) => requestAnimationFrame(() => setTimeout(next))));
  await page.screenshot({ path });
  assert.ok(readFileSync(path).length > 10_000, `${path} is empty`);
}

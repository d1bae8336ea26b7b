/** The whole first conversation of two people who have no mouse: name, message, answer, file, and who is who. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { skipReason } from './chromium.ts';
import { assertNoBreaches, canRead, composer, openPage, sees, startBrowser, startHouse } from './house.ts';
import { assertFocusShown, focused, tabTo } from './keys.ts';

const DESKTOP = { width: 1280, height: 800 };

test('two people meet, talk, hand over a file and verify each other by keyboard alone', {
  skip: skipReason,
}, async (t) => {
  const house = await startHouse(t);
  const browser = await startBrowser(t);
  const ada = await arriveByKeyboard(await browser.newContext({ viewport: DESKTOP }), house.url, 'Ada');
  const grace = await arriveByKeyboard(await browser.newContext({ viewport: DESKTOP }), house.url, 'Grace');
  await Promise.all([canRead(ada, 2), canRead(grace, 2)]);

  await write(ada, 'Good morning, Grace');
  await sees(grace, 'Good morning, Grace');
  await write(grace, 'Good morning. Here are my notes:');
  await sees(ada, 'Good morning. Here are my notes:');

  await t.test('a file is attached, sent, found and saved', async () => {
    // Before the way there: a browser that is told to hold back its dialog needs a moment for it.
    const choosing = grace.waitForEvent('filechooser');
    await tabTo(grace, grace.getByRole('button', { name: 'Attach files' }), 'Shift+Tab');
    await grace.keyboard.press('Enter');
    const file = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('by keyboard alone') };
    await (await choosing).setFiles(file);
    await grace.getByText('notes.txt').waitFor();
    await grace.keyboard.press('Escape');
    await focused(composer(grace));
    await write(grace, 'as promised');
    const save = ada.getByRole('button', { name: /^Save notes\.txt/ });
    await save.waitFor();
    await tabTo(ada, save, 'Shift+Tab');
    await assertFocusShown(ada);
    const saving = ada.waitForEvent('download');
    await ada.keyboard.press('Enter');
    assert.equal(readFileSync(await (await saving).path(), 'utf8'), 'by keyboard alone');
  });

  await t.test('each compares the safety number and marks the other as verified', async () => {
    const numbers = [await openPerson(ada, 'Grace'), await openPerson(grace, 'Ada')];
    assert.match(numbers[0] ?? '', /^\d{60}$/);
    assert.equal(numbers[0], numbers[1]);
    for (const [page, name] of [
      [ada, 'Grace'],
      [grace, 'Ada'],
    ] as const) {
      await tabTo(page, page.getByRole('button', { name: /mark as verified$/ }));
      await assertFocusShown(page);
      await page.keyboard.press('Enter');
      await page.getByText(/^You compared the safety number on/).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await focused(page.getByRole('complementary', { name: 'Who can read' }).getByRole('button', { name }));
      await page.getByRole('complementary', { name: 'Who can read' }).getByText('Verified').waitFor();
    }
  });
  assertNoBreaches(ada, grace);
});

test('the keys are listed on a question mark, lead through the parts of the page, and back to writing', {
  skip: skipReason,
}, async (t) => {
  const house = await startHouse(t);
  const browser = await startBrowser(t);
  const page = await arriveByKeyboard(await browser.newContext({ viewport: DESKTOP }), house.url, 'Ada');
  await page.keyboard.type('what?');
  assert.equal(await composer(page).inputValue(), 'what?', 'while one writes, it is written');
  await page.keyboard.press('ControlOrMeta+/');
  const list = page.getByRole('dialog', { name: 'Keyboard' });
  await list.getByText('New line').waitFor();
  await page.keyboard.press('Escape');
  await list.waitFor({ state: 'detached' });

  const scroller = page.getByRole('region', { name: 'Messages in #main' }).or(page.locator('.stand-in'));
  await write(page, ' Nothing.');
  await sees(page, 'what? Nothing.');
  await page.keyboard.press('F6');
  await focused(page.getByRole('button', { name: 'Invite…' }).last());
  await page.keyboard.press('F6');
  await focused(page.getByRole('link', { name: /^main/ }));
  await page.keyboard.press('F6');
  await focused(scroller);
  await assertFocusShown(page);
  await page.keyboard.press('?');
  await list.waitFor();
  await page.keyboard.press('Escape');
  await list.waitFor({ state: 'detached' });
  await page.keyboard.press('ControlOrMeta+k');
  await focused(page.getByLabel('Search channels and messages'));
  await page.keyboard.press('Escape');
  await focused(composer(page));
  assertNoBreaches(page);
});

/** From the empty field to the first word, as one does who knows nothing of it. */
async function arriveByKeyboard(context: BrowserContext, url: string, name: string): Promise<Page> {
  const page = await openPage(context, url);
  await focused(page.getByLabel('Your name'));
  await page.keyboard.type(name);
  await page.keyboard.press('Enter');
  await focused(composer(page));
  await assertFocusShown(page);
  return page;
}

async function write(page: Page, text: string): Promise<void> {
  await focused(composer(page));
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

/** Goes to a person from the composer, and reads the safety number out. */
async function openPerson(page: Page, name: string): Promise<string> {
  await page.keyboard.press('Escape');
  await focused(composer(page));
  const readers = page.getByRole('complementary', { name: 'Who can read' });
  await tabTo(page, readers.getByRole('button', { name, exact: true }));
  await assertFocusShown(page);
  await page.keyboard.press('Enter');
  const digits = page.getByRole('dialog', { name: `About ${name}` }).locator('.digits');
  await digits.waitFor();
  return (await digits.locator('li').allTextContents()).join('');
}

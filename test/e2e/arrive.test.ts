/** The way in: one field, then the words and an invitation as steps that can wait, and back in by 24 words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { confirmWords, dialog, openSettings, showWords, toCheck } from './arriving.ts';
import { skipReason } from './chromium.ts';
import {
  arrive,
  assertNoBreaches,
  canRead,
  composer,
  enter,
  message,
  openMember,
  openPage,
  ownDot1,
  say,
  sees,
  startBrowser,
  startHouse,
} from './house.ts';

const DAY = 24 * 60 * 60_000;

test('one field, then the chat, then the words and an invitation one after the other', {
  skip: skipReason,
}, async (t) => {
  const house = await startHouse(t);
  const context = await (await startBrowser(t)).newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await openPage(context, `${house.url}#/channel/garden`);
  await page.getByText('the relay that carries them only ever sees ciphertext').waitFor();
  assert.equal(await page.locator('input, textarea, select').count(), 1);
  await enter(page, 'Ada');
  const step = page.getByRole('region', { name: 'Next step' });
  await step.getByRole('heading', { name: 'Write down your 24 words' }).waitFor();
  assert.equal(await page.getByRole('dialog').count(), 0);
  await say(page, 'nothing is in the way');

  const words = await showWords(page);
  assert.equal(words.length, 24);
  const asked = await toCheck(page);
  assert.equal(new Set(asked).size, 3);
  await page.getByLabel(`Word ${asked[0]}`, { exact: true }).fill('zoo');
  await page.keyboard.press('Enter');
  await page.getByText(`Word ${asked[2]} is another one.`).waitFor();
  await page.getByRole('button', { name: 'Show the words again' }).click();
  const again = await toCheck(page);
  for (const position of again) {
    await page.getByLabel(`Word ${position}`, { exact: true }).fill(` ${words[position - 1]?.toUpperCase()} `);
  }
  await page.keyboard.press('Enter');
  await dialog(page, 'Well kept').getByRole('button', { name: 'Done' }).click();

  await step.getByRole('heading', { name: 'Invite somebody' }).waitFor();
  await step.getByRole('button', { name: 'Invite…' }).click();
  const invitation = dialog(page, 'Invite to #garden');
  const link = `${house.url}#/channel/garden`;
  assert.equal(await invitation.getByLabel('Link').inputValue(), link);
  await invitation.getByRole('img', { name: /scanned with a camera/ }).waitFor();
  await invitation.getByText('This link leads to this computer alone').waitFor();
  await invitation.getByRole('button', { name: 'Copy' }).click();
  await invitation.getByRole('button', { name: 'Link copied' }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), link);
  await page.keyboard.press('Escape');
  await step.getByRole('button', { name: 'Later' }).click();
  await step.waitFor({ state: 'detached' });
  assertNoBreaches(page);
});

test('confirmed words are nowhere to be had again, in no tab and after no reload', { skip: skipReason }, async (t) => {
  const house = await startHouse(t);
  const context = await (await startBrowser(t)).newContext();
  const page = await arrive(context, house.url, 'Ada');
  const other = await openPage(context, house.url);
  await other.getByRole('heading', { name: 'Write down your 24 words' }).waitFor();
  await page.bringToFront();
  const words = await confirmWords(page);
  for (const tab of [page, other]) {
    await tab.reload();
    await composer(tab).waitFor();
    const settings = await openSettings(tab);
    await settings.getByText('Nothing on this device can show them any more').waitFor();
    assert.equal(await settings.getByRole('button', { name: 'Show the words' }).count(), 0);
  }
  const stored = await page.evaluate(storedText);
  assert.ok(stored.includes('identity'), 'the databases were looked through');
  assert.ok(!stored.includes(words.slice(0, 3).join(' ')));
  assert.deepEqual(await page.evaluate(sealedSeed), { identity: true, seed: false });
  assertNoBreaches(page, other);
});

test('what is put off stays away, and the words come back days later as a quiet line', {
  skip: skipReason,
}, async (t) => {
  const house = await startHouse(t);
  const context = await (await startBrowser(t)).newContext();
  const page = await arrive(context, house.url, 'Ada');
  await openMember(t, house, 'Grace');
  await canRead(page, 2);
  const step = page.getByRole('region', { name: 'Next step' });
  await step.getByRole('button', { name: 'Later' }).click();
  await step.waitFor({ state: 'detached' });
  assert.equal(await composer(page).evaluate((field) => field === document.activeElement), true);
  await page.reload();
  await canRead(page, 2);
  assert.equal(await step.count(), 0);

  await page.clock.setFixedTime(Date.now() + 4 * DAY);
  await page.reload();
  await step.getByRole('heading', { name: 'Your 24 words are not written down yet' }).waitFor();
  assert.equal(await page.getByRole('dialog').count(), 0);
  await step.getByRole('button', { name: 'Later' }).click();
  await page.clock.setFixedTime(Date.now() + 8 * DAY);
  await page.reload();
  await canRead(page, 2);
  assert.equal(await step.count(), 0);
  assertNoBreaches(page);
});

test('24 words bring back the same identity: its name, its channels, what was sealed to it', {
  skip: skipReason,
}, async (t) => {
  const house = await startHouse(t);
  const browser = await startBrowser(t);
  const grace = await arrive(await browser.newContext(), `${house.url}#/channel/garden`, 'Grace');
  const lost = await browser.newContext();
  const ada = await arrive(lost, `${house.url}#/channel/garden`, 'Ada');
  await canRead(grace, 2);
  await canRead(ada, 2);
  await say(grace, 'sealed to Ada of before');
  await sees(ada, 'sealed to Ada of before');
  await say(ada, 'I wrote this before');
  await sees(grace, 'I wrote this before');
  const dot1 = await ownDot1(ada);
  const words = await confirmWords(ada);
  assertNoBreaches(ada);
  await lost.close();

  const back = await openPage(await browser.newContext(), house.url);
  await back.getByRole('button', { name: 'Restore from 24 words' }).click();
  await typeWords(back, words);
  await back.getByRole('button', { name: 'Restore' }).click();
  await back.getByRole('heading', { name: 'garden', level: 1 }).waitFor();
  assert.equal(await ownDot1(back), dot1);
  await back.locator('.me').getByText('Ada', { exact: true }).waitFor();
  await sees(back, 'sealed to Ada of before');
  await message(back, 'I wrote this before').getByText('you', { exact: true }).waitFor();
  await canRead(back, 2);
  assert.equal(await back.getByRole('heading', { name: 'Write down your 24 words' }).count(), 0);
  await say(back, 'the same Ada, elsewhere');
  await sees(grace, 'the same Ada, elsewhere');
  assert.equal(await grace.getByText(/key of Ada has changed|another Ada/).count(), 0);
  await say(grace, 'welcome back');
  await sees(back, 'welcome back');
  await back.reload();
  await sees(back, 'welcome back');
  assertNoBreaches(grace, back);
});

test('words are checked as they are typed, by keyboard alone, and what is wrong is said', {
  skip: skipReason,
}, async (t) => {
  const house = await startHouse(t);
  const page = await openPage(await (await startBrowser(t)).newContext(), house.url);
  await page.getByRole('button', { name: 'Restore from 24 words' }).press('Enter');
  const field = (place: number) => page.getByLabel(`Word ${place} of 24`);
  await field(1).and(page.locator(':focus')).waitFor();
  await page.keyboard.type('oceam ');
  await page.getByText('“oceam” is not in the list of words.').waitFor();
  await page.keyboard.press('Tab');
  await page.getByRole('button', { name: 'ocean', exact: true }).and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Enter');
  await field(2).and(page.locator(':focus')).waitFor();
  await page.keyboard.type('ab');
  await page.keyboard.press('Enter');
  await page.getByText('Several words begin so').waitFor();
  await page.keyboard.type('an');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Word 2: abandon. Change it' }).waitFor();
  await page.keyboard.press('Backspace');
  assert.equal(await field(2).inputValue(), 'abandon');
  await page.getByRole('button', { name: 'Start over' }).click();
  await field(1).fill(`${'abandon '.repeat(23)}zoo`);
  await page.getByText('These 24 words do not belong together').waitFor();
  const restore = page.getByRole('button', { name: 'Restore', exact: true });
  assert.equal(await restore.isDisabled(), true);
  await page.getByRole('button', { name: 'Word 24: zoo. Change it' }).click();
  await field(24).fill('art ');
  await page.getByText('The 24 words fit.').waitFor();
  await restore.and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('The relay knows no name for it').waitFor();
  await enter(page, 'Nobody');
  assert.equal(await page.getByRole('heading', { name: 'Write down your 24 words' }).count(), 0);
  assertNoBreaches(page);
});

test('a tab that waits at the welcome comes in when another one has', { skip: skipReason }, async (t) => {
  const house = await startHouse(t);
  const context = await (await startBrowser(t)).newContext();
  const [first, second] = [await openPage(context, house.url), await openPage(context, house.url)];
  await second.getByLabel('Your name').waitFor();
  await enter(first, 'Ada');
  await composer(second).waitFor();
  assert.equal(await ownDot1(second), await ownDot1(first));
  assertNoBreaches(first, second);
});

/** As from a clipboard: all of them at once. */
async function typeWords(page: Page, words: readonly string[]): Promise<void> {
  await page.getByLabel('Word 1 of 24').fill(words.join('\n'));
  await page.getByText('The 24 words fit.').waitFor();
}

/** What of the seed is stored. Runs in the page. */
async function sealedSeed(): Promise<{ identity: boolean; seed: boolean }> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open('pipes-keys');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const record = await new Promise<{ seed?: unknown } | undefined>((resolve) => {
    const request = database.transaction('identity').objectStore('identity').get('self');
    request.onsuccess = () => resolve(request.result);
  });
  database.close();
  return { identity: record !== undefined, seed: record?.seed !== undefined };
}

/** Names and contents of all databases, as far as they are text. Runs in the page. */
async function storedText(): Promise<string> {
  const found: string[] = [];
  for (const { name = '' } of await indexedDB.databases()) {
    const database = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => resolve(request.result);
    });
    for (const store of database.objectStoreNames) {
      const values = await new Promise((resolve) => {
        const request = database.transaction(store).objectStore(store).getAll();
        request.onsuccess = () => resolve(request.result);
      });
      found.push(store, JSON.stringify(values));
    }
    database.close();
  }
  return [...found, ...Object.values(localStorage)].join('\n');
}

/** Settings that hold for all tabs, and a log-out after which nothing is left. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { confirmWords, dialog, kept, NOTHING, openSettings, toCheck, wordsOnScreen } from './arriving.ts';
import { skipReason } from './chromium.ts';
import {
  allow,
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

declare global {
  var shownNotices: { title: string; body: string; tag: string }[];
}

const AWAY = /ERR_CONNECTION_REFUSED|Failed to load resource|ERR_INCOMPLETE_CHUNKED_ENCODING/;
const LIGHT = 'rgb(246, 245, 242)';
const DARK = 'rgb(21, 23, 26)';

test('a theme holds for all tabs and visits, and before anything is drawn', { skip: skipReason }, async (t) => {
  const house = await startHouse(t);
  const context = await (await startBrowser(t)).newContext({ colorScheme: 'light' });
  const page = await arrive(context, house.url, 'Ada');
  const other = await openPage(context, house.url);
  await composer(other).waitFor();
  // A tab in the background draws once a second.
  await page.bringToFront();
  assert.deepEqual([await ground(page), await ground(other)], [LIGHT, LIGHT]);
  const settings = await openSettings(page);
  await settings.getByLabel('Dark').check();
  assert.equal(await ground(page), DARK);
  await other.waitForFunction((dark) => getComputedStyle(document.documentElement).backgroundColor === dark, DARK);
  await page.emulateMedia({ colorScheme: 'dark' });
  await settings.getByLabel('Light').check();
  assert.equal(await ground(page), LIGHT);
  await settings.getByLabel('Dark').check();

  const bare = await context.newPage();
  await bare.emulateMedia({ colorScheme: 'light' });
  await bare.route(/assets\/.*\.js/, (route) => route.abort());
  await bare.goto(house.url);
  assert.equal(await ground(bare), DARK);
  await settings.getByLabel('As the system').check();
  await page.emulateMedia({ colorScheme: 'light' });
  assert.equal(await ground(page), LIGHT);
  assertNoBreaches(page, other);
});

test('who asked for it hears of new messages while nobody looks, by channel and number alone', {
  skip: skipReason,
}, async (t) => {
  const house = await startHouse(t);
  const context = await (await startBrowser(t)).newContext();
  await context.addInitScript(fakeNotifications);
  const ada = await arrive(context, `${house.url}#/channel/garden`, 'Ada');
  const grace = await openMember(t, house, 'Grace', 'garden');
  await canRead(ada, 2);
  await grace.send('nobody asked yet');
  await sees(ada, 'nobody asked yet');
  const box = (await openSettings(ada)).getByLabel('Tell me of new messages');
  assert.equal(await box.isChecked(), false);
  await box.check();
  await ada.keyboard.press('Escape');
  await ada.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
    Object.defineProperty(document, 'hidden', { get: () => true });
    document.hasFocus = () => false;
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await grace.send('a secret for Ada');
  await ada.waitForFunction(() => shownNotices.length > 0);
  const [notice] = await ada.evaluate(() => shownNotices);
  assert.deepEqual(notice, { title: '#garden', body: '1 unread message', tag: 'pipes:garden' });
  assertNoBreaches(ada);
});

test('on a phone the settings open over the channels, and focus comes back to where they were opened', {
  skip: skipReason,
}, async (t) => {
  const house = await startHouse(t);
  const context = await (await startBrowser(t)).newContext({ viewport: { width: 390, height: 800 } });
  const page = await arrive(context, house.url, 'Ada');
  const menu = page.getByRole('button', { name: 'Show channels' });
  await menu.press('Enter');
  await page.getByRole('button', { name: 'Settings: Ada' }).press('Enter');
  const settings = dialog(page, 'Settings');
  await settings.getByRole('heading', { name: 'Settings' }).and(page.locator(':focus')).waitFor();
  await settings.getByLabel('Your name').fill('Ada King');
  await page.keyboard.press('Enter');
  await settings.getByText('Name saved').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await menu.and(page.locator(':focus')).waitFor();
  assertNoBreaches(page);
});

test('a log-out without the words kept warns, and leads to the words first', { skip: skipReason }, async (t) => {
  const house = await startHouse(t);
  const page = await arrive(await (await startBrowser(t)).newContext(), house.url, 'Ada');
  const leaving = await toLeave(page);
  await leaving.getByText('this identity is gone for good').waitFor();
  const confirm = leaving.getByRole('button', { name: 'Log out and delete everything' });
  assert.equal(await confirm.isDisabled(), true);
  await leaving.getByRole('button', { name: 'Show the words first' }).click();
  await dialog(page, 'Your 24 words').getByRole('button', { name: 'Show the words' }).click();
  const words = await wordsOnScreen(page);
  for (const position of await toCheck(page)) {
    await page.getByLabel(`Word ${position}`, { exact: true }).fill(words[position - 1] ?? '');
  }
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Done' }).click();
  await toLeave(page);
  assert.equal(await leaving.getByText('this identity is gone for good').count(), 0);
  assert.equal(await confirm.isDisabled(), false);
  await leaving.getByRole('button', { name: 'Stay' }).click();
  await say(page, 'still here');
  assertNoBreaches(page);
});

test('after a log-out nothing is left in the browser, and all its tabs are at the welcome', {
  skip: skipReason,
}, async (t) => {
  const house = await startHouse(t);
  const browser = await startBrowser(t);
  const context = await browser.newContext();
  const page = await arrive(context, `${house.url}#/channel/garden`, 'Ada');
  const other = await openPage(context, house.url);
  await composer(other).waitFor();
  // A tab in the background draws once a second.
  await page.bringToFront();
  const words = await confirmWords(page);
  await (await openSettings(page)).getByLabel('Dark').check();
  await page.keyboard.press('Escape');
  await say(page, 'to be forgotten');
  await sees(other, 'to be forgotten');
  await composer(other).fill('half written');
  const dot1 = await ownDot1(page);
  assert.equal((await kept(page)).databases.length, 4);

  await (await toLeave(page)).getByRole('button', { name: 'Log out and delete everything' }).click();
  for (const tab of [page, other]) {
    await tab.getByText('You are logged out. Nothing of you is left in this browser.').waitFor();
    await tab.getByLabel('Your name').waitFor();
    assert.equal(tab.url(), house.url);
    assert.deepEqual(await kept(tab), NOTHING);
  }

  await enter(page, 'Eve');
  assert.notEqual(await ownDot1(page), dot1);
  assert.equal(await page.getByText('to be forgotten').count(), 0);
  await composer(other).waitFor();
  await (await toLeave(page)).getByLabel('I understand').check();
  await page.getByRole('button', { name: 'Log out and delete everything' }).click();
  await page.getByRole('button', { name: 'Restore from 24 words' }).click();
  await page.getByLabel('Word 1 of 24').fill(words.join(' '));
  await page.getByRole('button', { name: 'Restore' }).click();
  await sees(page, 'to be forgotten');
  assert.equal(await ownDot1(page), dot1);
  assertNoBreaches(page, other);
});

test('what no relay has yet is warned about; a log-out without a relay ends on a page of ours', {
  skip: skipReason,
}, async (t) => {
  const house = await startHouse(t);
  const page = await arrive(await (await startBrowser(t)).newContext(), house.url, 'Ada');
  allow(page, AWAY);
  await confirmWords(page);
  await house.stop();
  await say(page, 'waits for the relay');
  await message(page, 'waits for the relay').getByText('Queued').waitFor();
  const leaving = await toLeave(page);
  await leaving.getByText('1 message has not reached the relay and will be lost.').waitFor();
  const confirm = leaving.getByRole('button', { name: 'Log out and delete everything' });
  assert.equal(await confirm.isDisabled(), true);
  await leaving.getByLabel('I understand').check();
  await confirm.click();
  await page.getByText('You are logged out. Nothing of you is left in this browser.').waitFor();
  await page.getByRole('button', { name: 'Start anew' }).waitFor();
  assert.deepEqual(await kept(page), NOTHING);
  assertNoBreaches(page);
});

test('a tab that is another person and the browser’s own end without each other', { skip: skipReason }, async (t) => {
  const house = await startHouse(t);
  const context = await (await startBrowser(t)).newContext();
  const ada = await arrive(context, house.url, 'Ada');
  const tab = await arrive(context, `${house.url}?person=new`, 'Grace');
  await canRead(ada, 2);
  const grace = await ownDot1(tab);
  const before = (await kept(ada)).databases.filter((name) => !name.startsWith('pipes-tab-'));
  const settings = await openSettings(tab);
  assert.equal(await settings.getByText('Your 24 words').count(), 0);
  await settings.getByRole('button', { name: 'Log out…' }).click();
  await dialog(tab, /End the person/)
    .getByRole('button', { name: 'Delete this person' })
    .click();
  await tab.getByText('You are logged out.').waitFor();
  await tab.getByText('This tab is another person').waitFor();
  assert.deepEqual((await kept(ada)).databases, before);
  await say(ada, 'still here');
  await enter(tab, 'Konrad');
  assert.notEqual(await ownDot1(tab), grace);
  await canRead(ada, 3);

  // A tab in the background draws once a second.
  await ada.bringToFront();
  const leaving = await toLeave(ada);
  await leaving.getByLabel('I understand').check();
  await leaving.getByRole('button', { name: 'Log out and delete everything' }).click();
  await ada.getByText('You are logged out.').waitFor();
  // Said on the way as well, by a page that leads here.
  await ada.getByLabel('Your name').waitFor();
  const left = await kept(ada);
  assert.ok(left.databases.length > 0 && left.databases.every((name) => name.startsWith('pipes-tab-')));
  assert.deepEqual(left.local.length, 1);
  await say(tab, 'here as well');
  await tab.reload();
  await sees(tab, 'here as well');
  assertNoBreaches(ada, tab);
});

async function toLeave(page: Page) {
  await (await openSettings(page)).getByRole('button', { name: 'Log out…' }).click();
  const leaving = dialog(page, 'Log out of this browser?');
  await leaving.waitFor();
  return leaving;
}

const ground = (page: Page): Promise<string> =>
  page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);

/** Notifications that a browser without a screen would refuse. Runs in the page, before everything else. */
function fakeNotifications(): void {
  globalThis.shownNotices = [];
  class Fake {
    static permission = 'default';
    static async requestPermission(): Promise<string> {
      Fake.permission = 'granted';
      return Fake.permission;
    }
    constructor(title: string, { body = '', tag = '' }: NotificationOptions = {}) {
      shownNotices.push({ title, body, tag });
    }
    close(): void {}
  }
  Object.defineProperty(globalThis, 'Notification', { value: Fake });
}

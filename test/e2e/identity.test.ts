/** Who a tab is: one identity for a browser, another for a tab that asks for one, none where keys cannot be safe. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skipReason } from './chromium.ts';
import {
  arrive,
  assertNoBreaches,
  composer,
  enter,
  message,
  openPage,
  ownDot1,
  say,
  sees,
  startBrowser,
  startHouse,
} from './house.ts';

test('several tabs and reloads are one person, and all of them show what one sends', {
  skip: skipReason,
}, async (t) => {
  const house = await startHouse(t);
  const context = await (await startBrowser(t)).newContext();
  const first = await arrive(context, house.url, 'Ada');
  const second = await openPage(context, house.url);
  await composer(second).waitFor();
  assert.equal(await ownDot1(second), await ownDot1(first));
  await say(second, 'from the second tab');
  await sees(first, 'from the second tab');
  await message(first, 'from the second tab').getByText('you', { exact: true }).waitFor();
  await first.close();
  await say(second, 'the first tab is gone');
  await message(second, 'the first tab is gone').getByText('Sent', { exact: true }).waitFor();
  const before = await ownDot1(second);
  await second.reload();
  await sees(second, 'the first tab is gone');
  assert.equal(await ownDot1(second), before);
  assertNoBreaches(second);
});

test('a tab opened as another person keeps it over a reload, and passes on no such link', {
  skip: skipReason,
}, async (t) => {
  const house = await startHouse(t);
  const context = await (await startBrowser(t)).newContext();
  const ada = await arrive(context, house.url, 'Ada');
  const tab = await arrive(context, `${house.url}?person=new`, 'Grace');
  const grace = await ownDot1(tab);
  assert.notEqual(grace, await ownDot1(ada));
  assert.equal(tab.url(), `${house.url}#/channel/main`);
  await tab.reload();
  await composer(tab).waitFor();
  assert.equal(await ownDot1(tab), grace);
  await tab.getByText('This tab is another person').waitFor();

  const copied = await openPage(context, tab.url());
  await composer(copied).waitFor();
  assert.equal(await ownDot1(copied), await ownDot1(ada));
  const third = await openPage(context, `${house.url}?person=new`);
  await enter(third, 'Konrad');
  assert.notEqual(await ownDot1(third), grace);
  assertNoBreaches(ada, tab, copied, third);
});

test('a link to a channel leads there on a first visit, and channels can be made and switched', {
  skip: skipReason,
}, async (t) => {
  const house = await startHouse(t);
  const context = await (await startBrowser(t)).newContext();
  const ada = await arrive(context, `${house.url}#/c/garden`, 'Ada');
  await ada.getByRole('heading', { name: 'garden', level: 1 }).waitFor();
  await say(ada, 'roses');
  await ada.getByRole('button', { name: 'New channel' }).click();
  await ada.getByLabel('Channel name').fill('Tea House');
  await ada.getByText('Will be #tea-house').waitFor();
  await ada.getByRole('button', { name: 'Create' }).click();
  await ada.getByRole('heading', { name: 'tea-house', level: 1 }).waitFor();
  await say(ada, 'first flush');
  await ada.getByRole('link', { name: /garden/ }).click();
  await sees(ada, 'roses');
  assert.equal(await ada.getByText('first flush').count(), 0);
  await ada.goBack();
  await sees(ada, 'first flush');
  assertNoBreaches(ada);
});

test('a browser that keeps nothing for the page says so on the page', { skip: skipReason }, async (t) => {
  const house = await startHouse(t);
  const context = await (await startBrowser(t)).newContext();
  await context.addInitScript(() => {
    const refuse = (): never => {
      throw new DOMException('Access is denied for this document.', 'SecurityError');
    };
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB']) {
      Object.defineProperty(globalThis, name, { get: refuse });
    }
  });
  const page = await openPage(context, house.url);
  await page.getByRole('heading', { name: 'Pipes could not start' }).waitFor();
  await page.getByText('Access is denied for this document.').waitFor();
  assertNoBreaches(page);
});

test('outside of a secure context the page says why it does not start, and the cure', {
  skip: skipReason,
}, async (t) => {
  const house = await startHouse(t);
  const browser = await startBrowser(t);
  const page = await openPage(await browser.newContext(), house.url.replace('localhost', 'pipes.example'));
  await page.getByRole('heading', { name: 'This page needs a secure connection' }).waitFor();
  assert.equal(await page.getByRole('link').getAttribute('href'), house.url);
  assertNoBreaches(page);
});

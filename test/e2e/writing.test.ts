/** Writing: marks, names and emoji, taking back, and finding one's way among what was said. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skipReason } from './chromium.ts';
import {
  allow,
  arrive,
  assertNoBreaches,
  canRead,
  composer,
  connected,
  message,
  openMember,
  say,
  sees,
  startBrowser,
  startHouse,
} from './house.ts';

const AWAY = /Failed to load resource|ERR_INTERNET_DISCONNECTED|ERR_INCOMPLETE_CHUNKED|ERR_NETWORK/;

test('marks become elements, names are completed and called, emoji are found', { skip: skipReason }, async (t) => {
  const house = await startHouse(t);
  const browser = await startBrowser(t);
  const ada = await arrive(await browser.newContext(), house.url, 'Ada');
  const grace = await arrive(await browser.newContext(), house.url, 'Grace Hopper');
  await Promise.all([canRead(ada, 2), canRead(grace, 2)]);

  await composer(ada).pressSequentially('ask @gra');
  await ada.getByRole('option', { name: /Grace Hopper/ }).waitFor();
  await composer(ada).press('Enter');
  await ada.waitForFunction(() => document.querySelector('textarea')?.value === 'ask @Grace Hopper ');
  await composer(ada).pressSequentially('about **this** and `<b>that</b>` ');
  await ada.getByRole('button', { name: 'Insert emoji' }).click();
  await ada.getByLabel('Find an emoji').fill('rocket');
  await ada.getByLabel('Find an emoji').press('Enter');
  await ada.waitForFunction(() => document.querySelector('textarea')?.value.endsWith('🚀'));
  await composer(ada).press('Enter');

  const body = grace.locator('li.message .body').last();
  await body.locator('strong', { hasText: 'this' }).waitFor();
  assert.equal(await body.locator('code').textContent(), '<b>that</b>');
  assert.equal(await body.locator('b').count(), 0);
  assert.equal(await body.locator('.mention-me').textContent(), '@Grace Hopper');
  assert.match((await body.textContent()) ?? '', /🚀$/);
  assert.equal(await ada.locator('.mention-me').count(), 0, 'it calls Grace alone');
  assertNoBreaches(ada, grace);
});

test('what waits can be taken back, and drafts stay with their channels', { skip: skipReason }, async (t) => {
  const house = await startHouse(t);
  const browser = await startBrowser(t);
  const context = await browser.newContext();
  const ada = await arrive(context, house.url, 'Ada');
  await connected(ada);
  allow(ada, AWAY);
  await context.setOffline(true);
  await ada.getByText(/^Offline: /).waitFor();
  await say(ada, 'said too fast');
  await say(ada, 'this shall go');
  await message(ada, 'said too fast').getByRole('button', { name: 'Take back' }).click();
  await message(ada, 'said too fast').waitFor({ state: 'detached' });
  await context.setOffline(false);
  await message(ada, 'this shall go').getByText('Sent', { exact: true }).waitFor();
  const served = (await (await fetch(`${house.url}messages?channel=main`)).json()) as unknown[];
  assert.equal(served.length, 1);

  await composer(ada).fill('half a thought');
  await ada.getByRole('button', { name: 'New channel' }).click();
  await ada.getByLabel('Channel name').fill('garden');
  await ada.getByRole('button', { name: 'Create' }).click();
  await ada.getByText('Nothing in #garden yet').waitFor();
  assert.equal(await composer(ada).inputValue(), '');
  await ada.getByRole('link', { name: /^main.*Draft/ }).click();
  await ada.waitForFunction(() => document.querySelector('textarea')?.value === 'half a thought');
  assertNoBreaches(ada);
});

test('search finds what was said here, and its link leads there; a muted channel asks for nothing', {
  skip: skipReason,
}, async (t) => {
  const house = await startHouse(t);
  const browser = await startBrowser(t);
  const viewport = { width: 1440, height: 700 };
  const ada = await arrive(await browser.newContext({ viewport }), house.url, 'Ada');
  const grace = await openMember(t, house, 'Grace');
  await canRead(ada, 2);
  await grace.send('the needle is in here');
  for (let n = 0; n < 40; n++) await grace.send(`straw ${n}`);
  await sees(ada, 'straw 39');

  await ada.getByLabel('Search channels and messages').fill('NEEDLE');
  await ada.getByRole('link', { name: /the needle is in here/ }).click();
  const found = message(ada, 'the needle is in here');
  await found.and(ada.locator('.message-target')).waitFor();
  assert.equal(await found.isVisible(), true);
  assert.match(ada.url(), /#\/channel\/main\/[0-9a-f]{32}$/);
  await ada.getByLabel('Search channels and messages').fill('');

  const link = ada.url();
  await ada.goto('about:blank');
  await ada.goto(link);
  await found.and(ada.locator('.message-target')).waitFor();

  await ada.locator('.scroller').evaluate((scroller) => scroller.scrollTo(0, scroller.scrollHeight));
  await ada.locator('.message-target').waitFor({ state: 'detached' });
  await ada.locator('.scroller').evaluate((scroller) => scroller.scrollTo(0, 0));
  await ada.getByRole('button', { name: 'Today' }).click();
  await ada.getByLabel('Show messages from').fill(new Date().toLocaleDateString('sv'));
  await ada.getByRole('button', { name: 'Go', exact: true }).click();
  await found.and(ada.locator('.message-target')).waitFor();

  await ada.getByRole('button', { name: 'Mute channel' }).click();
  await ada.getByRole('button', { name: 'New channel' }).click();
  await ada.getByLabel('Channel name').fill('garden');
  await ada.getByRole('button', { name: 'Create' }).click();
  await ada.getByText('Nothing in #garden yet').waitFor();
  await grace.send('unheard');
  await ada.getByRole('link', { name: /^main muted 1 unread message/ }).waitFor();
  assert.equal(await ada.title(), '#garden · Pipes');
  assertNoBreaches(ada);
});

test('after a while away, a line stands before what is new, and a button leads there', {
  skip: skipReason,
}, async (t) => {
  const house = await startHouse(t);
  const browser = await startBrowser(t);
  const viewport = { width: 1440, height: 700 };
  const context = await browser.newContext({ viewport });
  const ada = await arrive(context, house.url, 'Ada');
  const grace = await openMember(t, house, 'Grace');
  await canRead(ada, 2);
  await grace.send('seen by all');
  await sees(ada, 'seen by all');
  await ada.waitForFunction(() => Object.values(localStorage).some((value) => /"main",1,1\d{12}/.test(value)));
  await ada.close();
  for (let n = 0; n < 60; n++) await grace.send(`news ${n}`);

  const again = await context.newPage();
  await again.goto(house.url);
  await sees(again, 'news 59');
  await again.getByRole('button', { name: 'Jump to the first new message' }).click();
  await message(again, 'news 0').and(again.locator('.message-target')).waitFor();
  const order = await again.locator('[data-key]').evaluateAll((rows) => rows.map((row) => row.textContent ?? ''));
  const line = order.indexOf('New messages');
  assert.ok(line > 0 && order[line + 1]?.includes('news 0'), 'the line stands before the first new message');
});

/** Files by drop and by paste, pictures by their content, and counts of what is unread. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { skipReason } from './chromium.ts';
import { arrive, assertNoBreaches, canRead, composer, say, startBrowser, startHouse } from './house.ts';

/** A red dot. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

test('dropped and pasted files are attached, can be taken back, and pictures are shown', {
  skip: skipReason,
}, async (t) => {
  const house = await startHouse(t);
  const browser = await startBrowser(t);
  const ada = await arrive(await browser.newContext(), house.url, 'Ada');
  const grace = await arrive(await browser.newContext(), house.url, 'Grace');
  await canRead(ada, 2);
  await give(ada, 'drop', 'dropped.png');
  await ada.getByText('dropped.png').waitFor();
  await give(ada, 'paste', 'pasted.png');
  await ada.getByText('pasted.png').waitFor();
  await ada.getByRole('button', { name: 'Remove pasted.png' }).click();
  await composer(ada).press('Enter');
  await grace.getByRole('button', { name: 'Save dropped.png' }).waitFor();
  const picture = grace.getByRole('img', { name: 'Picture dropped.png' });
  await picture.waitFor();
  assert.match((await picture.getAttribute('src')) ?? '', /^blob:/);
  assert.equal(await grace.getByText('pasted.png').count(), 0);
  assertNoBreaches(ada, grace);
});

test('what comes in another channel is counted until it is looked at', { skip: skipReason }, async (t) => {
  const house = await startHouse(t);
  const browser = await startBrowser(t);
  const ada = await arrive(await browser.newContext(), house.url, 'Ada');
  const grace = await arrive(await browser.newContext(), house.url, 'Grace');
  await canRead(grace, 2);
  await ada.getByRole('button', { name: 'New channel' }).click();
  await ada.getByLabel('Channel name').fill('garden');
  await ada.getByRole('button', { name: 'Create' }).click();
  await ada.getByText('Nothing in #garden yet').waitFor();
  await say(grace, 'one');
  await say(grace, 'two');
  await ada.getByRole('link', { name: 'main 2 unread messages' }).waitFor();
  assert.equal(await ada.title(), '(2) #garden · Pipes');
  await ada.getByRole('link', { name: /^main/ }).click();
  await ada.getByText('two', { exact: true }).waitFor();
  await ada.waitForFunction(() => document.title === '#main · Pipes');
  assertNoBreaches(ada, grace);
});

/** Hands the page a file as a drag or the clipboard would. */
async function give(page: Page, type: 'drop' | 'paste', name: string): Promise<void> {
  await page.evaluate(
    ({ type, name, base64 }) => {
      const data = new DataTransfer();
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      data.items.add(new File([bytes], name, { type: 'image/png' }));
      const common = { bubbles: true, cancelable: true };
      const target = document.querySelector('textarea');
      if (type === 'paste') target?.dispatchEvent(new ClipboardEvent('paste', { ...common, clipboardData: data }));
      else target?.dispatchEvent(new DragEvent('drop', { ...common, dataTransfer: data }));
    },
    { type, name, base64: PNG },
  );
}

/** What the tests of the way in and out share: the 24 words, the settings, what a browser keeps. */
import type { Locator, Page } from 'playwright-core';

export const dialog = (page: Page, name: string | RegExp): Locator => page.getByRole('dialog', { name });

export async function openSettings(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: /^Settings: / }).click();
  const settings = dialog(page, 'Settings');
  await settings.waitFor();
  return settings;
}

/** Opens the words by the step that offers them, and leaves them on screen. */
export async function showWords(page: Page): Promise<string[]> {
  await page.getByRole('region', { name: 'Next step' }).getByRole('button', { name: 'Show the words' }).click();
  await dialog(page, 'Your 24 words').getByRole('button', { name: 'Show the words' }).click();
  return wordsOnScreen(page);
}

export async function wordsOnScreen(page: Page): Promise<string[]> {
  const list = page.getByRole('list', { name: 'Your 24 words, in order' });
  await list.waitFor();
  return list.locator('.seed-word').allTextContents();
}

/** From the words on screen to the fields of the check; the positions that are asked for. */
export async function toCheck(page: Page): Promise<number[]> {
  await page.getByRole('button', { name: 'I have written them down' }).click();
  await dialog(page, 'Let us see').waitFor();
  const labels = await dialog(page, 'Let us see').locator('label').allTextContents();
  return labels.map((label) => Number(/^Word (\d+)$/.exec(label)?.[1]));
}

export async function confirmWords(page: Page): Promise<string[]> {
  const words = await showWords(page);
  for (const position of await toCheck(page)) {
    await page.getByLabel(`Word ${position}`, { exact: true }).fill(words[position - 1] ?? '');
  }
  await page.getByRole('button', { name: 'Check' }).click();
  await dialog(page, 'Well kept').getByRole('button', { name: 'Done' }).click();
  return words;
}

export interface Kept {
  readonly databases: string[];
  readonly local: string[];
  readonly session: string[];
  readonly caches: string[];
}

/** All that the browser holds for the page. */
export const kept = (page: Page): Promise<Kept> =>
  page.evaluate(async () => ({
    databases: (await indexedDB.databases()).map(({ name }) => name ?? '').sort(),
    local: Object.keys(localStorage).sort(),
    session: Object.keys(sessionStorage).sort(),
    caches: await caches.keys(),
  }));

export const NOTHING: Kept = { databases: [], local: [], session: [], caches: [] };

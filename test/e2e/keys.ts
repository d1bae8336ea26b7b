/** For tests that have no mouse. */
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';

const MOST_STEPS = 60;

/** Presses the key until the element has the focus. */
export async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let step = 0; step < MOST_STEPS; step++) {
    if (await hasFocus(target)) return;
    await page.keyboard.press(key);
  }
  assert.fail(`${target} cannot be reached with ${key}`);
}

const hasFocus = (target: Locator): Promise<boolean> =>
  target.evaluateAll((elements) => elements.some((element) => element === document.activeElement));

export async function focused(target: Locator): Promise<void> {
  await target.and(target.page().locator(':focus')).waitFor();
}

/** What has the focus shows it: an outline, or a border that it has not otherwise. */
export async function assertFocusShown(page: Page): Promise<void> {
  const shown = await page.evaluate(() => {
    const element = document.activeElement;
    if (element === null || element === document.body) return false;
    const box = element.closest('.composer-box') ?? element;
    const style = getComputedStyle(box);
    return (style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none';
  });
  assert.ok(
    shown,
    `the focus is not seen: ${await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 120))}`,
  );
}

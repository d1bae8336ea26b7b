/**
 * How long the chat page blocks its main thread: at its very first start, from the welcome into an empty channel, and
 * while it catches up with 10,000 sealed messages, each of them checked, stored and opened. The longest task that
 * Chromium saw; it reports none under 50 ms. Where no Chromium is, nothing is measured.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { open } from '../src/open/node.ts';
import { findChromium, launchChromium } from '../test/e2e/chromium.ts';
import { startRelay } from './processes.ts';
import { type Line, ms } from './table.ts';

const MESSAGES = 10_000;
const BUDGET_MS = 50;
const AT_ONCE = 16;
const PATIENCE_MS = 180_000;

export async function pageLoad(): Promise<Line[]> {
  if (findChromium() === undefined) return [];
  const relay = await startRelay();
  const browser = await launchChromium();
  try {
    const url = `http://localhost:${relay.port}`;
    const context = await browser.newContext();
    await watchTasks(context);
    const empty = await arrive(context, url);
    await fill(url);
    const started = performance.now();
    const page = await context.newPage();
    await page.goto(url);
    await page.locator('.body', { hasText: `message ${MESSAGES}.` }).waitFor({ timeout: PATIENCE_MS });
    const took = performance.now() - started;
    const longest = await longestTask(page);
    return [
      {
        ...{ what: 'longest task while the page starts for the first time', figure: ms(empty) },
        ...{ limit: '', ratio: undefined, budget: `≤ ${ms(BUDGET_MS)}`, met: empty <= BUDGET_MS },
      },
      {
        ...{ what: `longest task while the page loads ${MESSAGES} messages`, figure: ms(longest) },
        ...{ limit: '', ratio: undefined },
        ...{ budget: `≤ ${ms(BUDGET_MS)}`, met: longest <= BUDGET_MS },
      },
      {
        ...{ what: '  until the last of them is shown', figure: `${(took / 1000).toFixed(1)} s` },
        ...{ limit: '', ratio: undefined, budget: '', met: undefined },
      },
    ];
  } finally {
    await browser.close();
    await relay.stop();
  }
}

/** Joins as somebody new, waits until all is quiet, and leaves; answers the longest task until then. */
async function arrive(context: BrowserContext, url: string): Promise<number> {
  const page = await context.newPage();
  await page.goto(url);
  await page.getByLabel('Your name').fill('Ada');
  await page.getByRole('button', { name: 'Start chatting' }).click();
  await page.locator('.connection').getByText('Connected', { exact: true }).waitFor();
  await page.getByText('Only you can read', { exact: true }).waitFor();
  const longest = await longestTask(page);
  await page.close();
  return longest;
}

/** Has another say so much, sealed to whoever is there. */
async function fill(url: string): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'pipes-bench-'));
  const peer = await open({ dataDir, relay: url, name: 'Grace' });
  const main = peer.channel('main');
  await main.join();
  for (let n = 1; n <= MESSAGES; n += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, MESSAGES + 1 - n) }, (_, index) => n + index);
    await Promise.all(batch.map((each) => main.send(`message ${each}. ${'More of it. '.repeat(each % 9)}`)));
  }
  await new Promise<void>((settle) => {
    const check = () => peer.status().queued === 0 && settle();
    peer.on('status', check);
    check();
  });
  await peer.close();
  rmSync(dataDir, { recursive: true, force: true });
}

declare global {
  var longTasks: number[];
}

const watchTasks = (context: BrowserContext): Promise<unknown> =>
  context.addInitScript(() => {
    globalThis.longTasks = [];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longTasks.push(duration);
    }).observe({ type: 'longtask', buffered: true });
  });

/** Tasks of less than 50 ms are not reported, and count as none. */
const longestTask = (page: Page): Promise<number> => page.evaluate(() => Math.max(0, ...longTasks));

/** The contracts over the IndexedDB of a real browser, and what several tabs do to it at once. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { leaveChromium, skipReason, useChromium } from '../e2e/chromium.ts';
import { type ServedPage, servePage } from '../e2e/page.ts';
import { blobContract } from './blobs.ts';
import { openBlobsIn, openStoreIn } from './indexed-in-chromium.ts';
import { storeContract } from './store.ts';
import { fakeClock, freshPlace, placeOp } from './store-fixtures.ts';

describe('IndexedDB in Chromium', { skip: skipReason }, () => {
  let served: ServedPage;
  let browser: Browser;
  let pages: [Page, Page];
  before(async () => {
    served = await servePage(new URL('indexed-page.ts', import.meta.url));
    browser = await useChromium();
    const context = await browser.newContext();
    const open = async (): Promise<Page> => {
      const page = await context.newPage();
      await page.goto(served.url);
      await page.waitForFunction(() => 'call' in globalThis);
      return page;
    };
    pages = [await open(), await open()];
  });
  after(async () => {
    await leaveChromium();
    await served?.close();
  });

  storeContract({
    name: 'IndexedDB in Chromium',
    durable: true,
    runs: 8,
    open: (place, clock) => openStoreIn(pages[0], place, clock),
  });
  blobContract({
    name: 'IndexedDB in Chromium',
    durable: true,
    runs: 8,
    open: (place, clock) => openBlobsIn(pages[0], place, clock),
  });

  it('gives no arrival twice to two tabs that write at once, and both see all', async () => {
    const [place, clock] = [freshPlace(), fakeClock()];
    const [left, right] = await Promise.all([openStoreIn(pages[0], place, clock), openStoreIn(pages[1], place, clock)]);
    assert.equal(left.epoch, right.epoch);
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, n) => (n % 2 === 0 ? left : right).commit([placeOp(n % 60)])),
    );
    const inserted = outcomes.flat().flatMap((each) => (each.outcome === 'inserted' ? [each.arrival] : []));
    assert.equal(inserted.length, 60);
    assert.equal(new Set(inserted).size, 60);
    assert.equal((await left.latest('channel:main', 100)).length, 60);
    assert.deepEqual(await right.latest('channel:main', 100), await left.latest('channel:main', 100));
    await Promise.all([left.close(), right.close()]);
  });
});

/** axe-core looks at the page in every state of the workbench, at what opens over it, and at the real page, in both schemes. */
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { scenes } from '../../src/ui/workbench/scenes.ts';
import { assertAccessible, assertStill } from './axe.ts';
import { skipReason } from './chromium.ts';
import { openPage, startBrowser } from './house.ts';
import { serveWorkbench, settled } from './workbench-server.ts';

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const SCHEMES = ['light', 'dark'] as const;

let url: string;
let browser: Browser;
const cleanups: (() => unknown)[] = [];

before(async () => {
  if (skipReason !== false) return;
  const test = { after: (task: () => unknown) => void cleanups.push(task) };
  url = await serveWorkbench(test);
  browser = await startBrowser(test);
});

after(async () => {
  for (const task of cleanups.reverse()) await task();
});

for (const [scene, { title }] of Object.entries(scenes)) {
  test(`${title}: axe finds nothing serious, on a desktop and a phone, light and dark`, {
    skip: skipReason,
  }, async () => {
    const context = await browser.newContext({ reducedMotion: 'reduce', viewport: DESKTOP });
    const page = await openPage(context, `${url}?scene=${scene}`);
    for (const viewport of [DESKTOP, PHONE]) {
      await page.setViewportSize(viewport);
      await inBothSchemes(page, `${scene} at ${viewport.width}`);
    }
    await context.close();
  });
}

/** What opens over a conversation, and how one gets there. */
const OPENED: Record<string, { phone?: true; scene?: string; open(page: Page): Promise<unknown> }> = {
  'the channels, on a phone': {
    phone: true,
    open: (page) => page.getByRole('button', { name: /^Show channels/ }).click(),
  },
  'the readers, on a phone': { phone: true, open: (page) => page.getByRole('button', { name: '6 can read' }).click() },
  'a person, with the past to share': {
    scene: 'trust',
    async open(page) {
      await page.getByRole('button', { name: 'Compare' }).click();
      await page.getByRole('img', { name: 'Safety number as a QR code' }).waitFor();
      await page.getByRole('button', { name: /^Share earlier/ }).click();
    },
  },
  'the emoji': { open: (page) => page.getByRole('button', { name: 'Insert emoji' }).click() },
  'names to mention': {
    async open(page) {
      await page.getByRole('textbox', { name: /^Message to/ }).pressSequentially('@g');
      await page.getByRole('option').first().waitFor();
    },
  },
  'a date to jump to': { open: (page) => page.getByRole('button', { name: 'Today' }).click() },
  'a search': {
    async open(page) {
      await page.getByLabel('Search channels and messages').fill('relay');
      await page.getByText('Messages are searched on this device alone.').waitFor();
    },
  },
  'a new channel': {
    async open(page) {
      await page.getByRole('button', { name: 'New channel' }).click();
      await page.getByLabel('Channel name').fill('Not a Name');
    },
  },
  'sealed messages, opened': {
    open: async (page) => {
      const scroller = page.locator('.scroller');
      await scroller.evaluate((element) => element.scrollTo(0, 0));
      await page.getByText('3 messages sealed before you joined').click();
    },
  },
  'a picture, enlarged': {
    scene: 'rich',
    open: (page) => page.getByRole('button', { name: 'Enlarge dot.png' }).click(),
  },
  'a text, shown': { scene: 'rich', open: (page) => page.getByRole('button', { name: 'Show notes.md' }).click() },
  'a refusal to send': {
    scene: 'refusing',
    async open(page) {
      await page.getByRole('textbox', { name: /^Message to/ }).fill('no');
      await page.getByRole('textbox', { name: /^Message to/ }).press('Enter');
      await page.getByRole('alert').getByText('no space left').waitFor();
    },
  },
};

for (const [what, { phone, scene = 'talk', open }] of Object.entries(OPENED)) {
  test(`${what}: axe finds nothing serious, light and dark`, { skip: skipReason }, async () => {
    const context = await browser.newContext({ reducedMotion: 'reduce', viewport: phone ? PHONE : DESKTOP });
    const page = await openPage(context, `${url}?scene=${scene}`);
    await settled(page);
    await open(page);
    await inBothSchemes(page, what);
    await context.close();
  });
}

for (const locale of ['de', 'ar']) {
  test(`axe finds nothing serious in ${locale}`, { skip: skipReason }, async () => {
    for (const scene of ['welcome', 'rich']) {
      const context = await browser.newContext({ reducedMotion: 'reduce', viewport: DESKTOP, locale });
      const page = await openPage(context, `${url}?scene=${scene}`);
      await inBothSchemes(page, `${scene} in ${locale}`);
      await context.close();
    }
  });
}

async function inBothSchemes(page: Page, where: string): Promise<void> {
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme });
    await settled(page);
    await assertAccessible(page, `${where}, ${colorScheme}`);
    await assertStill(page, where);
  }
}

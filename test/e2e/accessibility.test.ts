/** axe-core looks at the page in every state of the workbench, at what opens over it, and at the real page, in both schemes. */
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { scenes } from '../../src/ui/workbench/scenes.ts';
import { assertAccessible, assertStill } from './axe.ts';
import { skipReason } from './chromium.ts';
import { canRead, drawn, enter, openMember, openPage, say, sees, startBrowser, startHouse } from './house.ts';
import { openStage, type Stage, serveWorkbench } from './workbench-server.ts';

const isWhole = process.env.PIPES_EVERY_SCENE === '1';
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

let url: string;
let browser: Browser;
let stage: Stage;
const cleanups: (() => unknown)[] = [];

before(async () => {
  if (skipReason !== false) return;
  const test = { after: (task: () => unknown) => void cleanups.push(task) };
  url = await serveWorkbench(test);
  browser = await startBrowser(test);
  stage = await openStage(browser, url);
});

after(async () => {
  for (const task of cleanups.reverse()) await task();
});

/** All scenes take minutes: accessibility.long.ts looks at each; here at those of which all others are made. */
const USUAL: readonly string[] = ['welcome', 'rich', 'settings'];

for (const [scene, { title }] of Object.entries(scenes)) {
  if (!isWhole && !USUAL.includes(scene)) continue;
  test(`${title}: axe finds nothing serious, on a desktop and a phone`, {
    skip: skipReason,
  }, async () => {
    const page = await stage.show(scene, DESKTOP);
    await inSchemes(page, scene);
    await page.setViewportSize(PHONE);
    await drawn(page);
    await assertAccessible(page, `${scene} on a phone`);
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
  test(`${what}: axe finds nothing serious`, { skip: skipReason }, async () => {
    const page = await stage.show(scene, phone ? PHONE : DESKTOP);
    await open(page);
    await inSchemes(page, what);
  });
}

for (const locale of isWhole ? ['de', 'ar'] : ['ar']) {
  test(`axe finds nothing serious in ${locale}`, { skip: skipReason }, async () => {
    const { page, show } = await openStage(browser, url, { locale });
    for (const scene of isWhole ? ['welcome', 'rich', 'settings', 'keys'] : ['rich']) {
      await show(scene, DESKTOP);
      await inSchemes(page, `${scene} in ${locale}`);
    }
    await page.context().close();
  });
}

test('on the real page, from the welcome to the way out, axe finds nothing serious', {
  skip: skipReason,
}, async (t) => {
  const house = await startHouse(t);
  const context = await browser.newContext({ reducedMotion: 'reduce', viewport: DESKTOP });
  const page = await openPage(context, house.url);
  const dialog = page.getByRole('dialog');
  const look = (where: string) => inSchemes(page, `real page, ${where}`);
  const over = async (button: string | RegExp, where: string): Promise<void> => {
    await page.getByRole('button', { name: button }).first().click();
    await dialog.waitFor();
    await look(where);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  };
  await page.getByRole('heading', { name: 'Welcome to Pipes' }).waitFor();
  await look('welcome');
  await enter(page, 'Ada');
  await page.getByText('Nothing in #main yet').waitFor();
  await look('empty channel');
  await over('Show the words', 'words');
  await over('Invite…', 'invitation');

  const grace = await openMember(t, house, 'Grace');
  await canRead(page, 2);
  await say(page, 'Can everybody read this?');
  await grace.send('Those who are listed, @Ada.');
  await sees(page, 'Those who are listed, @Ada.');
  await look('conversation');
  await over('Grace', 'person');
  await over(/^Settings/, 'settings');
  await page.getByLabel('Search channels and messages').fill('everybody');
  await page.locator('.result').waitFor();
  await look('search');
  await page.getByLabel('Search channels and messages').fill('');
  if (isWhole) {
    await page.setViewportSize(PHONE);
    await look('conversation on a phone');
    await over(/^Show channels/, 'channels on a phone');
    await over('2 can read', 'readers on a phone');
  }
  await context.close();
});

/** Another scheme has other colours and is the same otherwise. */
let turn = 0;

/** Here in one scheme by turns, in accessibility.long.ts in both. */
async function inSchemes(page: Page, where: string): Promise<void> {
  turn++;
  for (const colorScheme of ['light', 'dark'] as const) {
    if (!isWhole && (colorScheme === 'dark') === (turn % 2 === 0)) continue;
    await page.emulateMedia({ colorScheme });
    await drawn(page);
    await assertAccessible(
      page,
      `${where}, ${colorScheme}`,
      isWhole && colorScheme === 'dark' ? ['color-contrast'] : undefined,
    );
  }
  await assertStill(page, where);
}

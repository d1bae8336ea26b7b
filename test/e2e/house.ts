/**
 * What the end-to-end tests share: a relay of their own that serves the built page, browsers, and people who use it.
 * Every page is watched: a console error, a dialog, a breach of the policy or a request to another host fails the test.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after } from 'node:test';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { open } from '../../src/open/node.ts';
import { type Relay, type RelayOptions, startRelay } from '../../src/relay/relay.ts';
import type { Channel } from '../../src/runtime/api.ts';
import { leaveChromium, useChromium } from './chromium.ts';

export const pageDir = resolve(import.meta.dirname, '../../dist/ui');
/** How long anything that has to happen may take. */
export const PATIENCE = 20_000;

interface TestLike {
  after(task: () => unknown): void;
}

export interface House {
  /** As people type it: a secure context. */
  readonly url: string;
  readonly relay: Relay;
  readonly dataDir: string;
  /** Stops the relay and starts it again on the same port and data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startHouse(test: TestLike, more: Partial<RelayOptions> = {}): Promise<House> {
  assert.ok(existsSync(join(pageDir, 'index.html')), 'The page is not built: npm run build');
  const dataDir = mkdtempSync(join(tmpdir(), 'pipes-e2e-'));
  const options = { port: 0, host: 'localhost', dataDir, pageDir, rateLimits: false, ...more };
  let relay = await startRelay(options);
  const { port } = relay;
  test.after(async () => {
    await relay.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return {
    url: `http://localhost:${port}/`,
    dataDir,
    get relay() {
      return relay;
    },
    async restart() {
      await relay.close();
      relay = await startRelay({ ...options, port });
    },
    stop: () => relay.close(),
  };
}

/** One browser for all: what a test opens in it is closed when that test ends. */
export async function startBrowser(test: TestLike): Promise<Browser> {
  const browser = await useChromium();
  test.after(() => Promise.all(browser.contexts().map((context) => context.close())));
  return browser;
}

after(leaveChromium);

/** What a page did that no page of ours may do. */
export interface Watch {
  readonly breaches: readonly string[];
  /** Lets pass what fits: the browser itself complains about a relay that is away. */
  allow(pattern: RegExp): void;
}

const watches = new WeakMap<Page, Watch>();

export async function openPage(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  watches.set(page, watch(page, new URL(url).host));
  await page.goto(url);
  return page;
}

/** Call at the end of each test, with every page of it. */
export function assertNoBreaches(...pages: readonly Page[]): void {
  for (const page of pages) assert.deepEqual(watches.get(page)?.breaches, []);
}

export const allow = (page: Page, pattern: RegExp): void => watches.get(page)?.allow(pattern);

function watch(page: Page, host: string): Watch {
  const found: string[] = [];
  const allowed: RegExp[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') found.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => found.push(`error: ${error.stack ?? error.message}`));
  page.on('dialog', (dialog) => {
    found.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'blob:' && url.host !== host) found.push(`request: ${request.url()}`);
  });
  return {
    get breaches() {
      return found.filter((line) => !allowed.some((pattern) => pattern.test(line)));
    },
    allow: (pattern) => void allowed.push(pattern),
  };
}

/** Somebody without a page, in a channel: where it does not matter what they see. */
export async function openMember(test: TestLike, { url }: House, name: string, room = 'main'): Promise<Channel> {
  const dataDir = mkdtempSync(join(tmpdir(), 'pipes-member-'));
  const peer = await open({ dataDir, relay: url.slice(0, -1), name });
  test.after(async () => {
    await peer.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const channel = peer.channel(room);
  await channel.join();
  return channel;
}

/** Opens the page as somebody new and goes through the welcome. */
export async function arrive(context: BrowserContext, url: string, name: string): Promise<Page> {
  const page = await openPage(context, url);
  await enter(page, name);
  return page;
}

export async function enter(page: Page, name: string): Promise<void> {
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Start chatting' }).click();
  await composer(page).waitFor();
}

export const composer = (page: Page): Locator => page.getByRole('textbox', { name: /^Message to #/ });

export async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press('Enter');
  await message(page, text).waitFor();
}

/** The row of the message with exactly this text. */
export const message = (page: Page, text: string): Locator =>
  page.locator('li.message').filter({ has: page.getByText(text, { exact: true }) });

export const sees = (page: Page, text: string): Promise<void> => message(page, text).waitFor();

export const canRead = (page: Page, count: number): Promise<void> =>
  page.getByText(count === 1 ? 'Only you can read' : `${count} can read`, { exact: true }).waitFor();

export const connected = (page: Page): Promise<void> =>
  page.locator('.connection').getByText('Connected', { exact: true }).waitFor();

/** The own dot1's end, as the page shows it beside the own name. */
export const ownDot1 = async (page: Page): Promise<string | null> => page.locator('.me .dot1').textContent();

/** Until what has changed by now is on screen. */
export const drawn = (page: Page): Promise<unknown> =>
  page.evaluate(() => new Promise((next) => requestAnimationFrame(() => setTimeout(next))));

/** The workbench, built and served on a port of its own, for the tests that look at the page in every state. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize, resolve } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { build } from 'vite';
import { drawn, openPage } from './house.ts';

declare global {
  var sceneReady: boolean | undefined;
}

const root = resolve(import.meta.dirname, '../..');
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

export interface Stage {
  readonly page: Page;
  /** Begins the scene anew, with nothing kept of the one before. */
  show(scene: string, viewport: { width: number; height: number }): Promise<Page>;
}

/** A page that one scene after the other is shown in: a context for each costs more than most scenes do. */
export async function openStage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Stage> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  await context.addInitScript(() => {
    if (location.protocol !== 'http:') return;
    localStorage.clear();
    sessionStorage.clear();
  });
  const page = await openPage(context, url);
  return {
    page,
    async show(scene, viewport) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme: 'light' });
      await page.goto('about:blank');
      await page.goto(`${url}?scene=${scene}`);
      await settled(page);
      return page;
    },
  };
}

/** Until the page shows what its scene has to show, its acts played. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => globalThis.sceneReady && document.querySelector('h1, .opening') !== null);
  await drawn(page);
}

export async function serveWorkbench(test: { after(task: () => unknown): void }): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), 'pipes-workbench-'));
  await build({
    configFile: join(root, 'vite.config.ts'),
    root: join(root, 'src/ui/workbench'),
    logLevel: 'error',
    build: { outDir, emptyOutDir: true },
  });
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const file = join(outDir, normalize(path === '/' ? '/index.html' : path));
    try {
      response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
      response.end(readFileSync(file));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((next) => server.listen(0, 'localhost', next));
  test.after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(outDir, { recursive: true, force: true });
  });
  return `http://localhost:${(server.address() as AddressInfo).port}/`;
}

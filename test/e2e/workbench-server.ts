/** The workbench, built and served on a port of its own, for the tests that look at the page in every state. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { build } from 'vite';

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

/** Until the page shows what its scene has to show, its acts played. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => globalThis.sceneReady && document.querySelector('h1, .opening') !== null);
  await drawn(page);
}

/** Until what has changed by now is on screen. */
export const drawn = (page: Page): Promise<unknown> =>
  page.evaluate(() => new Promise((next) => requestAnimationFrame(() => setTimeout(next))));

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

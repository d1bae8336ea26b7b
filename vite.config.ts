/**
 * How the page is built: src/ui to dist/ui. The relay serves it under a strict CSP (no inline script or style,
 * no external host), so nothing may be inlined here, and every asset carries a hash in its name.
 */
import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };

export default defineConfig({
  root: 'src/ui',
  base: '/',
  publicDir: 'public',
  define: { PIPES_VERSION: JSON.stringify(version) },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../../dist/ui',
    emptyOutDir: true,
    target: 'es2023',
    sourcemap: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // PDF.js is large, and loaded when somebody opens a PDF.
    chunkSizeWarningLimit: 1500,
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
  worker: { format: 'es', rolldownOptions: { checks: { bundlerTimings: false } } },
  // `npx vite` serves the page from source against a relay on the usual port.
  server: {
    port: 4173,
    proxy: Object.fromEntries(relayPaths().map((path) => [path, `http://localhost:${process.env.PORT ?? '4100'}`])),
  },
});

function relayPaths(): string[] {
  return ['/events', '/messages', '/channels', '/health', '/profiles', '/blobs', '/usernames', '/mailbox', '/metrics'];
}

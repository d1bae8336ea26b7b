/**
 * How the page is built: src/ui to dist/ui. The relay serves it under a strict CSP (no inline script or style,
 * no external host), so nothing may be inlined here, and every asset carries a hash in its name.
 */
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };

export default defineConfig({
  root: 'src/ui',
  base: '/',
  publicDir: 'public',
  plugins: [pdfFiles()],
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

/** What PDF.js asks for while it reads: decoders of scans, character maps, the fonts that a file may leave out (src/ui/pdf.ts). */
function pdfFiles(): Plugin {
  const folder = new URL('node_modules/pdfjs-dist/', import.meta.url);
  const read = (path: string) => readFileSync(new URL(path, folder));
  const { version: of } = JSON.parse(read('package.json').toString()) as { version: string };
  const patterns = ['wasm/*_nowasm_fallback.js', 'cmaps/*', 'standard_fonts/*', 'wasm/LICENSE_*'];
  return {
    name: 'pdf-files',
    apply: 'build',
    generateBundle() {
      for (const path of globSync(patterns, { cwd: fileURLToPath(folder) })) {
        this.emitFile({ type: 'asset', fileName: `pdf-${of}/${basename(path)}`, source: read(path) });
      }
    },
  };
}

/**
 * A page made of one TypeScript module, for tests that need a real browser: bundled in memory and served from
 * localhost, which browsers take for a secure context.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

export interface ServedPage {
  /** On localhost: a secure context. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

export async function servePage(entry: URL): Promise<ServedPage> {
  const scripts = await bundle(entry);
  const server = createServer((request, response) => {
    const script = scripts.get(request.url ?? '');
    response.setHeader('content-type', script === undefined ? 'text/html; charset=utf-8' : 'text/javascript');
    response.end(script ?? '<!doctype html><title>test</title><script type="module" src="/page.js"></script>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}/`,
    port,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** By path: the module, and what it loads later. */
async function bundle(entry: URL): Promise<ReadonlyMap<string, string>> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: false, lib: { entry: fileURLToPath(entry), formats: ['es'], fileName: 'page' } },
  });
  const outputs = [result].flat().flatMap((one) => ('output' in one ? one.output : []));
  const scripts = new Map(outputs.flatMap((one) => (one.type === 'chunk' ? [[`/${one.fileName}`, one.code]] : [])));
  if (!scripts.has('/page.js')) throw new Error(`Cannot bundle ${entry.href}: expected a script`);
  return scripts;
}

/**
 * Serves the explorer from source, for this machine alone.
 *
 *   npx node --conditions=pipes-source examples/explorer/serve.ts [port]
 */
import { createServer } from 'vite';

export async function serveExplorer(port: number) {
  const server = await createServer({
    configFile: false,
    root: import.meta.dirname,
    cacheDir: '../../node_modules/.vite-explorer',
    logLevel: 'error',
    resolve: { conditions: ['pipes-source', 'module', 'browser', 'development'] },
    optimizeDeps: { noDiscovery: true },
    server: { port, host: 'localhost', strictPort: port !== 0, fs: { allow: ['../..'] }, hmr: false },
  });
  await server.listen();
  return { url: server.resolvedUrls?.local[0] ?? '', close: () => server.close() };
}

if (import.meta.main) {
  const { url, close } = await serveExplorer(Number(process.argv[2] ?? 4180));
  console.log(`The explorer is at ${url}`);
  process.once('SIGINT', close).once('SIGTERM', close);
}

/** What the first load of the chat page takes over the wire, as a browser that knows Brotli is served. */
import { once } from 'node:events';
import { get } from 'node:http';
import { startRelay } from './processes.ts';
import type { Line } from './table.ts';

const BUDGET = 250 * 1024;

interface Fetched {
  readonly path: string;
  readonly wire: number;
  readonly plain: number;
}

export async function page(): Promise<Line[]> {
  const relay = await startRelay();
  try {
    const files = await crawl(relay.port);
    const wire = sum(files, ({ wire }) => wire);
    const plain = sum(files, ({ plain }) => plain);
    return [
      { ...line('first load of the page', wire, plain), budget: `≤ ${kib(BUDGET)}`, met: wire <= BUDGET },
      ...files.map((file) => line(`  ${file.path}`, file.wire, file.plain)),
    ];
  } finally {
    await relay.stop();
  }
}

const kib = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;
const sum = <T>(all: readonly T[], of: (one: T) => number): number => all.reduce((total, one) => total + of(one), 0);

const line = (what: string, figure: number, limit: number): Line => ({
  ...{ what, figure: kib(figure), limit: `${kib(limit)} uncompressed`, ratio: figure / limit },
  ...{ budget: '', met: undefined },
});

/** The document, what it links, and what those scripts import from the start. */
async function crawl(port: number): Promise<Fetched[]> {
  const found = new Map<string, Fetched>();
  const follow = async (path: string): Promise<void> => {
    if (found.has(path)) return;
    const wire = await fetchBytes(port, path, 'br');
    const text = (await fetchBytes(port, path, 'identity')).toString();
    found.set(path, { path, wire: wire.length, plain: Buffer.byteLength(text) });
    const links = path.endsWith('.js')
      ? /(?:from|import)\s*"(\.{0,2}\/[^"]+\.js)"/g
      : /(?:src|href)="([^"#?:]+\.\w+)"/g;
    if (!/\.(js|html)$|\/$/.test(path)) return;
    for (const [, link = ''] of text.matchAll(links)) await follow(new URL(link, `http://bench${path}`).pathname);
  };
  await follow('/');
  return [...found.values()];
}

async function fetchBytes(port: number, path: string, encoding: string): Promise<Buffer> {
  const headers = { 'accept-encoding': encoding };
  const [response] = await once(get({ port, host: '127.0.0.1', path, headers, agent: false }), 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  if (response.statusCode !== 200) throw new Error(`${path} answered ${response.statusCode}`);
  return Buffer.concat(chunks);
}

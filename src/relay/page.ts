/**
 * The built page: GET / and its files out of one directory. Names with a hash in them are kept by browsers for
 * ever, precompressed neighbours (.br, .gz) are used, and a strict policy keeps everything foreign out.
 */
import { readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sha256Hex } from './blob-keeper.ts';

export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "font-src 'self'",
  'media-src blob:',
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};
/** One name or a few below one another: letters, digits, and no dot in front. */
const PATH = /^(?:[A-Za-z0-9_-][A-Za-z0-9._-]*\/){0,4}[A-Za-z0-9_-][A-Za-z0-9._-]*$/;
const HASHED = /[.-][A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;
const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;
const CACHED_BYTES = 4 << 20;

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Pipes</title>
<h1>The relay runs</h1><p>It serves no page: none was asked for (<code>pipes relay --page</code>), or it is not built yet
(<code>npm run build</code> in the directory of the program). Messages, streams and clients work without it.</p></html>\n`;

interface PageFile {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly modified: number;
}

export interface Page {
  /** Answers with a file of the page; false where there is none of that name. */
  serve(request: FastifyRequest, reply: FastifyReply): Promise<boolean>;
}

export function addPage(app: FastifyInstance, directory: string | undefined): Page {
  const files = directory === undefined ? undefined : createFiles(directory);
  const serve = async (request: FastifyRequest, reply: FastifyReply, name: string): Promise<boolean> => {
    if (files === undefined || !PATH.test(name)) return false;
    const accepted = String(request.headers['accept-encoding'] ?? '');
    for (const [encoding, suffix] of [...ENCODINGS, ['identity', ''] as const]) {
      if (suffix !== '' && !new RegExp(`\\b${encoding}\\b(?!\\s*;\\s*q=0(\\.0*)?(,|$))`).test(accepted)) continue;
      const file = await files.read(name + suffix);
      if (file === undefined) continue;
      send(request, reply, name, file, encoding);
      return true;
    }
    return false;
  };

  app.get('/', async (request, reply) => {
    if (await serve(request, reply, 'index.html')) return reply;
    return reply
      .header('content-security-policy', PAGE_POLICY)
      .type(TYPES['.html'] ?? '')
      .send(NOT_BUILT);
  });
  return { serve: async (request, reply) => serve(request, reply, nameOf(request)) };
}

const nameOf = (request: FastifyRequest): string => request.url.slice(1).replace(/[?#].*$/, '');

function send(request: FastifyRequest, reply: FastifyReply, name: string, file: PageFile, encoding: string): void {
  const immutable = name !== 'index.html' && HASHED.test(name);
  reply.headers({
    'content-security-policy': PAGE_POLICY,
    'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: file.etag,
    vary: 'Accept-Encoding, Origin',
    ...(encoding !== 'identity' && { 'content-encoding': encoding }),
  });
  if (request.headers['if-none-match']?.includes(file.etag)) reply.code(304).send();
  else reply.type(TYPES[extname(name)] ?? 'application/octet-stream').send(file.bytes);
}

/** Reads files, keeping the small ones as long as they stay as they are on disk. */
function createFiles(directory: string) {
  const cache = new Map<string, PageFile>();
  let cached = 0;
  return {
    async read(name: string): Promise<PageFile | undefined> {
      const path = join(directory, name);
      const info = await stat(path).catch(() => undefined);
      if (!info?.isFile()) return undefined;
      const known = cache.get(name);
      if (known?.modified === info.mtimeMs) return known;
      const bytes = await readFile(path);
      const file = { bytes, etag: `"${sha256Hex(bytes).slice(0, 24)}"`, modified: info.mtimeMs };
      if (known === undefined && cached + bytes.length <= CACHED_BYTES) {
        cached += bytes.length;
        cache.set(name, file);
      } else if (known !== undefined) cache.set(name, file);
      return file;
    },
  };
}

/**
 * A stand-in for a published v1.3 relay, in memory: it answers in the published shapes and has the published habits
 * that a client must live with. It gives its stream no ids, keeps the stream's headers back until there is a first
 * message, writes its own `prev` over the signed one from the second message on, and knows neither profiles, blobs
 * nor a mailbox. It checks nothing.
 */
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface StandIn {
  readonly url: string;
  /** How many streams are open. */
  readonly streams: () => number;
  /** Cuts all streams, as a restart of a proxy would. */
  cut(): void;
  close(): Promise<void>;
}

type Fields = Record<string, unknown>;

export async function startStandIn(port = 0): Promise<StandIn> {
  const channels = new Map<string, Fields[]>();
  const streams = new Set<{ channel: string; response: ServerResponse }>();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://relay');
    const channel = searchParams.get('channel') ?? 'main';
    const route = `${request.method} ${pathname}`;
    if (route === 'POST /messages') return void post(request, response);
    if (route === 'GET /messages') return reply(response, 200, page(channels.get(channel) ?? [], searchParams));
    if (route === 'GET /health') return reply(response, 200, { status: 'ok', version: '1.3.0' });
    if (route === 'GET /events') return open(channel, response);
    response.writeHead(404).end('not found');
  });

  async function post(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await json(request)) as Fields;
    const channel = String(body.channel ?? 'main');
    if (!body.content && !body.cipher_body) return reply(response, 400, { error: 'content required' });
    const all = channels.get(channel) ?? [];
    const { message, contents } = publicForm(body, channel, all.at(-1));
    channels.set(channel, [...all, message]);
    for (const stream of streams) if (stream.channel === channel) stream.response.write(block(message));
    reply(response, 200, { ok: true, message: { ...message, ...(contents && { attachments: contents }) } });
  }

  function open(channel: string, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const message of (channels.get(channel) ?? []).slice(-100)) response.write(block(message));
    const stream = { channel, response };
    streams.add(stream);
    response.on('close', () => streams.delete(stream));
  }

  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    streams: () => streams.size,
    cut: () => {
      for (const { response } of streams) response.destroy();
    },
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

const block = (message: Fields): string => `data: ${JSON.stringify(message)}\n\n`;

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function page(all: readonly Fields[], query: URLSearchParams): Fields[] {
  const limit = Number(query.get('limit') ?? 100);
  const since = query.get('since');
  if (since === null) return all.slice(-limit);
  return all.filter((message) => String(message.createdAt) > since).slice(0, limit);
}

function publicForm(body: Fields, channel: string, last: Fields | undefined) {
  const sealed = body.cipher_body !== undefined;
  const key = body.from_ed25519_pub;
  const contents = body.attachments as Fields[] | undefined;
  const message: Fields = {
    id: body.id ?? randomUUID(),
    channel,
    version: sealed ? '1.2' : key ? '1.1' : '1.0',
    ...names(body.author_name ?? body.author ?? body.from_dot1 ?? 'anonymous'),
    ...{ pubkey: key ?? 'legacy-00000000', pubkeyShort: String(key ?? 'lega').slice(0, 4) },
    content: sealed ? '[encrypted v1.2 message — upgrade client]' : body.content,
    createdAt: body.createdAt ?? new Date().toISOString(),
    prev: last === undefined ? null : hashOf(last),
    ...{ legacy: !key, signed: Boolean(key), unsigned: !key, encrypted: sealed },
    ...(key !== undefined && { from_dot1: body.from_dot1, from_ed25519_pub: key, sig: body.sig }),
    ...(sealed && { from_x25519_pub: body.from_x25519_pub, cipher_body: body.cipher_body, wraps: body.wraps }),
    ...(contents?.length && { attachments: contents.map(({ content_b64, ...meta }) => meta) }),
  };
  return { message, contents };
}

const names = (author: unknown): Fields => ({ author, author_name: author });

const hashOf = (last: Fields): string =>
  createHash('sha256').update(`${last.id}${last.content}`).digest('hex').slice(0, 16);

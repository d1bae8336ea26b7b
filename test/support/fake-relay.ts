/**
 * A relay in memory behind the Http port, for tests of peers: it takes and serves messages, profiles and blobs as
 * spec/07-relay-http.md says, can be cut off and can refuse. It checks no signatures: that is the peers' to do.
 */
import { parsePiper, toPost } from '../../src/core/envelope/piper.ts';
import { RemoteError } from '../../src/core/errors.ts';
import type { Http, HttpResponse, ServerEvent } from '../../src/core/ports.ts';

interface Stream {
  readonly channels: readonly string[];
  push(event: ServerEvent): void;
  end(error?: Error): void;
}

export function createFakeRelay() {
  const messages: { channel: string; json: Record<string, unknown> }[] = [];
  const profiles = new Map<string, Record<string, unknown>>();
  const blobs = new Map<string, Uint8Array>();
  const streams = new Set<Stream>();
  let reachable = true;
  let answer: { status: number; body: unknown; headers?: Record<string, string> } | undefined;

  const serve = (json: unknown, index: number, stream: Stream) => {
    stream.push({ event: undefined, data: JSON.stringify(json), id: undefined });
    stream.push({ event: undefined, data: '', id: `feed-${index + 1}` });
  };

  const takeMessage = (json: Record<string, unknown>) => {
    const fresh = { id: `made-${messages.length}`, createdAt: '2026-01-01T00:00:00.000Z' };
    const { message, hint } = parsePiper(json, { fresh, holds: (hash) => blobs.has(hash) });
    const served = {
      ...toPost(message, hint),
      ...fresh,
      ...(json.id !== undefined && { id: json.id, createdAt: json.createdAt }),
    };
    messages.push({ channel: message.channel, json: served });
    for (const stream of streams)
      if (stream.channels.includes(message.channel)) serve(served, messages.length - 1, stream);
    return { status: 200, body: { ok: true, message: served } };
  };

  const takeProfile = (json: Record<string, unknown>) => {
    const known = profiles.get(String(json.key));
    if (known && Number(known.version) >= Number(json.version)) {
      const status = JSON.stringify(known) === JSON.stringify(json) ? 200 : 409;
      return { status, body: status === 200 ? { ok: true } : { error: 'not newer' } };
    }
    profiles.set(String(json.key), json);
    for (const stream of streams) stream.push({ event: 'profile', data: JSON.stringify(json), id: undefined });
    return { status: 200, body: { ok: true } };
  };

  const handle = (method: string, url: URL, body: Uint8Array | string | undefined) => {
    const json = () => JSON.parse(String(body)) as Record<string, unknown>;
    const channel = url.searchParams.get('channel') ?? '';
    const hash = url.pathname.split('/')[2] ?? '';
    switch (`${method} /${url.pathname.split('/')[1]}`) {
      case 'POST /messages':
        return takeMessage(json());
      case 'GET /messages':
        return { status: 200, body: messages.filter((entry) => entry.channel === channel).map((entry) => entry.json) };
      case 'PUT /profiles':
        return takeProfile(json());
      case 'GET /profiles': {
        const keys = url.searchParams.get('key')?.split(',');
        const fits = ({ key, channels }: Record<string, unknown>) =>
          keys ? keys.includes(String(key)) : (channels as string[]).includes(channel);
        return { status: 200, body: [...profiles.values()].filter(fits) };
      }
      case 'PUT /blobs':
        blobs.set(hash, body as Uint8Array);
        return { status: 201, body: { ok: true } };
      case 'GET /blobs':
        return { status: blobs.has(hash) ? 200 : 404, body: blobs.get(hash) ?? {} };
      case 'GET /channels':
        return { status: 200, body: [] };
      default:
        return { status: 404, body: { error: 'not found' } };
    }
  };

  const http: Http = {
    async request({ method, url, body }) {
      if (!reachable) throw new RemoteError('Cannot reach the relay: it is cut off');
      return response(answer ?? handle(method, new URL(url), body));
    },
    async *events(url, { lastEventId, signal, onOpen }) {
      if (!reachable) throw new RemoteError('Cannot reach the relay: it is cut off');
      const queue: (ServerEvent | 'end' | Error)[] = [];
      let wake = () => {};
      const put = (item: ServerEvent | 'end' | Error) => {
        queue.push(item);
        wake();
      };
      const channels = new URL(url).searchParams.getAll('channel');
      const stream: Stream = { channels, push: put, end: (error) => put(error ?? 'end') };
      if (signal?.aborted) return;
      streams.add(stream);
      signal?.addEventListener('abort', () => put('end'));
      const from = lastEventId === undefined ? 0 : Number(lastEventId.split('-')[1]);
      messages.forEach(({ channel, json }, index) => {
        if (index >= from && channels.includes(channel)) serve(json, index, stream);
      });
      onOpen?.();
      try {
        for (;;) {
          const item = queue.shift();
          if (item === 'end') return;
          if (item instanceof Error) throw item;
          if (item) yield item;
          else await new Promise<void>((resolve) => (wake = resolve));
        }
      } finally {
        streams.delete(stream);
      }
    },
  };

  return {
    http,
    messages,
    profiles,
    blobs,
    /** Ends all streams and lets nothing through until `connect`. */
    cut() {
      reachable = false;
      for (const stream of streams) stream.end(new RemoteError('Cannot read events: the connection broke'));
    },
    connect() {
      reachable = true;
    },
    /** Answers every request so until it is called without an argument. */
    answerWith(next?: typeof answer) {
      answer = next;
    },
    /** Sends any JSON to all streams, as a hostile relay might. */
    inject: (json: unknown) => {
      for (const stream of streams) stream.push({ event: undefined, data: JSON.stringify(json), id: undefined });
    },
  };
}

function response({
  status,
  body,
  headers = {},
}: {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}): HttpResponse {
  const bytes = body instanceof Uint8Array ? body : new TextEncoder().encode(JSON.stringify(body));
  return { status, body: bytes, header: (name) => headers[name.toLowerCase()] };
}

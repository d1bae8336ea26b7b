import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import { RemoteError, UsageError } from '../../core/errors.ts';
import type { ServerEvent } from '../../core/ports.ts';
import { createHttp } from './http.ts';

const closers: (() => void)[] = [];
after(() => {
  for (const close of closers) close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const openEvents = (response: ServerResponse, text = '') =>
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' }).write(text || ':\n\n');

async function collect(events: AsyncIterable<ServerEvent>): Promise<ServerEvent[]> {
  const list: ServerEvent[] = [];
  for await (const event of events) list.push(event);
  return list;
}

const remote = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof RemoteError, `expected RemoteError, got ${error}`);
  assert.match(error.message, pattern);
  return true;
};

describe('http request', () => {
  it('sends method, headers and body, and returns status, headers and body', async () => {
    const url = await serve((request, response) => {
      request.setEncoding('utf8').on('data', (body) => {
        response.writeHead(418, { 'x-tea': 'yes' });
        response.end(`${request.method} ${request.headers['x-cup']} ${body}`);
      });
    });
    const answer = await createHttp().request({ method: 'PUT', url, headers: { 'x-cup': '1' }, body: 'ünï' });
    assert.equal(answer.status, 418);
    assert.equal(answer.header('X-Tea'), 'yes');
    assert.equal(answer.header('x-none'), undefined);
    assert.equal(new TextDecoder().decode(answer.body), 'PUT 1 ünï');
  });

  it('sends and returns bytes as they are', async () => {
    const url = await serve((request, response) => request.pipe(response));
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);
    const answer = await createHttp().request({ method: 'POST', url, body: bytes });
    assert.deepEqual(answer.body, bytes);
  });

  it('says that a connection was refused, and what to do', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await new Promise((done) => server.close(done));
    const refused = createHttp().request({ method: 'GET', url: `http://127.0.0.1:${port}` });
    await assert.rejects(refused, remote(/^Cannot GET http:.*: connection refused; start the relay/));
  });

  it('says so where a browser tells nothing about the failure', async () => {
    const http = createHttp({ fetch: () => Promise.reject(new TypeError('Failed to fetch')) });
    const request = http.request({ method: 'GET', url: 'http://localhost/x' });
    await assert.rejects(request, remote(/no connection; is the relay running/));
  });

  it('ends a wait for headers or for the rest of a body by its timeout', async () => {
    const silent = await serve(() => {});
    const stuck = await serve((_, response) => response.writeHead(200).write('half'));
    for (const url of [silent, stuck]) {
      const request = createHttp().request({ method: 'GET', url, timeoutMs: 40 });
      await assert.rejects(request, remote(/no answer within 40 ms/));
    }
  });

  it('says that a connection was cut midway', async () => {
    const url = await serve((request) => request.socket.destroy());
    await assert.rejects(createHttp().request({ method: 'GET', url }), remote(/cut; try again/));
  });

  it('refuses a body over the limit without reading it whole', async () => {
    const url = await serve((_, response) => {
      const more = () => response.write('x'.repeat(1000)) && setImmediate(more);
      response.on('drain', more).writeHead(200);
      more();
    });
    const request = createHttp({ bodyLimit: 5000 }).request({ method: 'GET', url });
    await assert.rejects(request, remote(/at most 5000 bytes/));
  });

  it('rejects with AbortError when the signal fires, before or during the request', async () => {
    const url = await serve(() => {});
    const controller = new AbortController();
    const request = createHttp().request({ method: 'GET', url, signal: controller.signal });
    controller.abort();
    await assert.rejects(request, { name: 'AbortError' });
    const late = createHttp().request({ method: 'GET', url, signal: controller.signal });
    await assert.rejects(late, { name: 'AbortError' });
  });

  it('blames the caller for an address that is none', async () => {
    for (const url of ['localhost:4100', 'ftp://x', '', 'http://']) {
      await assert.rejects(createHttp().request({ method: 'GET', url }), UsageError);
    }
  });
});

describe('http events', () => {
  it('yields events until the stream ends, ids in blocks of their own included', async () => {
    const url = await serve((_, response) => {
      openEvents(response, 'data: {"n":1}\n\nid: e-1\n\n');
      response.end('data: {"n":2}\n\n');
    });
    let opened = 0;
    const events = await collect(createHttp().events(url, { onOpen: () => opened++ }));
    assert.deepEqual(
      events.map((event) => [event.data, event.id]),
      [
        ['{"n":1}', undefined],
        ['', 'e-1'],
        ['{"n":2}', undefined],
      ],
    );
    assert.equal(opened, 1);
  });

  it('says where it stopped, to resume there', async () => {
    const url = await serve((request, response) => {
      openEvents(response);
      response.end(`data: ${request.headers['last-event-id']} ${request.headers.accept}\n\n`);
    });
    const [event] = await collect(createHttp().events(url, { lastEventId: 'e-7' }));
    assert.equal(event?.data, 'e-7 text/event-stream');
  });

  it('rejects with the status where no event stream is served', async () => {
    const url = await serve((_, response) => response.writeHead(503, { 'content-type': 'text/plain' }).end());
    await assert.rejects(collect(createHttp().events(url, {})), (error) => {
      assert.ok(error instanceof RemoteError);
      assert.equal(error.status, 503);
      return true;
    });
  });

  it('ends without an error when the signal fires', async () => {
    const url = await serve((_, response) => openEvents(response));
    const controller = new AbortController();
    const options = { signal: controller.signal, onOpen: () => setImmediate(() => controller.abort()) };
    assert.deepEqual(await collect(createHttp().events(url, options)), []);
  });

  it('closes the connection when the reader leaves', async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const url = await serve((_, response) => {
      response.on('close', resolve);
      openEvents(response, 'data: 1\n\n');
    });
    for await (const event of createHttp().events(url, {})) {
      assert.equal(event.data, '1');
      break;
    }
    await closed;
  });

  it('takes silence after a heartbeat for a broken connection', async () => {
    const url = await serve((_, response) => openEvents(response, ': beat\n\n'));
    const events = collect(createHttp({ silenceMs: 40 }).events(url, {}));
    await assert.rejects(events, remote(/nothing came for 40 ms/));
  });

  it('waits patiently on a server that sends no heartbeats', async () => {
    const url = await serve((_, response) => {
      openEvents(response, 'data: 1\n\n');
      setTimeout(() => response.end('data: 2\n\n'), 60);
    });
    const events = await collect(createHttp({ silenceMs: 10 }).events(url, {}));
    assert.equal(events.length, 2);
  });

  it('ends without an error when Node gives up on a stream that is merely quiet', async () => {
    for (const code of ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']) {
      const cause = Object.assign(new Error('timeout'), { code });
      const http = createHttp({ fetch: () => Promise.reject(new TypeError('fetch failed', { cause })) });
      assert.deepEqual(await collect(http.events('http://localhost/x', {})), []);
    }
  });

  it('bounds an event', async () => {
    const url = await serve((_, response) => {
      openEvents(response);
      response.end(`data: ${'x'.repeat(5000)}\n\n`);
    });
    await assert.rejects(collect(createHttp({ eventLimit: 1000 }).events(url, {})), remote(/at most 1000 characters/));
  });
});

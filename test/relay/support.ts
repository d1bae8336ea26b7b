/** What the tests of the relay share: one over a real socket in a directory of its own, requests, and a stream's reader. */
import { get, type IncomingMessage } from 'node:http';
import { after, before } from 'node:test';
import { pino } from 'pino';
import { type Relay, type RelayOptions, startRelay } from '../../src/relay/relay.ts';
import { temporaryDirectory } from '../support/command.ts';

export interface Test {
  after(task: () => unknown): void;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
  readonly json: any;
}

export interface TestRelay extends Relay {
  readonly dataDir: string;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  post(body: unknown): Promise<Answer>;
  list(path: string): Promise<Answer['json']>;
  listen(path: string, headers?: Record<string, string>): Promise<Reader>;
}

/** One for all tests of the suite in which it is called. */
export function sharedRelay(options: Partial<RelayOptions> = {}): { readonly relay: TestRelay } {
  const tasks: (() => unknown)[] = [];
  const shared = {} as { relay: TestRelay };
  before(async () => {
    shared.relay = await startTestRelay({ after: (task) => void tasks.unshift(task) }, options);
  });
  after(async () => {
    for (const task of tasks) await task();
  });
  return shared;
}

/** Without rate limits unless told otherwise. */
export async function startTestRelay(test: Test, options: Partial<RelayOptions> = {}): Promise<TestRelay> {
  const dataDir = options.dataDir ?? temporaryDirectory();
  const relay = await startRelay({
    ...{ port: 0, host: '127.0.0.1', rateLimits: false, logger: pino({ level: 'silent' }), ...options, dataDir },
  });
  const readers: Reader[] = [];
  test.after(async () => {
    for (const reader of readers) reader.close();
    await relay.close();
  });
  const send: TestRelay['send'] = async (method, path, body, headers = {}) => {
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const sent = body === undefined ? null : raw ? (body as BodyInit) : JSON.stringify(body);
    const response = await fetch(relay.url + path, { method, body: sent, headers });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: jsonOrUndefined(text) };
  };
  return {
    ...relay,
    ...{ dataDir, send },
    post: (body) => send('POST', '/messages', body),
    list: async (path) => (await send('GET', path)).json,
    async listen(path, headers = {}) {
      const reader = await openReader(relay.url + path, headers);
      readers.push(reader);
      return reader;
    },
  };
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads a stream block by block, as the published client does. */
export interface Reader {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** The id of the last block that held one. */
  lastId(): string | undefined;
  /** The next block that is no comment, no retry and no id. */
  next(): Promise<string>;
  /** The next message. */
  message(): Promise<Answer['json']>;
  /** Resolves once an id came after whatever was read. */
  settled(): Promise<void>;
  close(): void;
}

async function openReader(url: string, headers: Record<string, string>): Promise<Reader> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers, agent: false }, resolve).on('error', reject);
  });
  response.on('error', () => {});
  response.setEncoding('utf8');
  const blocks = blocksOf(response);
  let id: string | undefined;
  const block = async (): Promise<string> => {
    const { value, done } = await blocks.next();
    if (done) throw new Error('the stream has ended');
    if (value.startsWith('id: ')) id = value.slice(4);
    return value;
  };
  const settled = async (): Promise<void> => {
    while (!(await block()).startsWith('id: '));
  };
  const next = async (): Promise<string> => {
    for (;;) {
      const value = await block();
      if (!/^(?:id|retry)?:/.test(value)) return value;
    }
  };
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    lastId: () => id,
    next,
    async message() {
      const value = await next();
      if (!value.startsWith('data: ')) throw new Error(`expected a message, got ${value}`);
      return JSON.parse(value.slice(6));
    },
    settled,
    close: () => response.destroy(),
  };
}

async function* blocksOf(response: IncomingMessage): AsyncGenerator<string> {
  let rest = '';
  for await (const text of response) {
    const parts = (rest + text).split('\n\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
}

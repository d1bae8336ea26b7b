/**
 * What the tests of hostile input share: a relay in a process of its own, so that its memory can be read from outside;
 * an honest client that must be served all the while; raw requests; and what a refusal has to look like.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { type Running, start, temporaryDirectory } from '../support/command.ts';
import { newPerson, signedPost } from '../support/signed-posts.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

export interface HostileRelay {
  readonly port: number;
  readonly process: Running;
  /** Resident memory in MiB. */
  rss(): number;
  /** Posts as an honest client does, from an address of its own, and resolves once its stream brought the message. */
  serves(): Promise<void>;
  /** One value of /metrics; 0 where it isn't there. */
  metric(name: string): Promise<number>;
}

type Test = { after(task: () => unknown): void };

export const isLinux = process.platform === 'linux';
/** Linux answers on all of 127/8, which makes for as many callers as one likes. */
export const attackers = isLinux ? ['127.0.0.1', '127.0.0.3', '127.0.0.4', '127.0.0.5', '127.0.0.6'] : ['127.0.0.1'];
const HONEST = isLinux ? '127.0.0.2' : '127.0.0.1';
/** How long an honest client is kept waiting at most, on a machine busy with other tests. */
const PATIENCE_MS = 20_000;

export async function startRelayUnder(
  test: Test,
  rateLimits: 'on' | 'off',
  policy: object = {},
  more: Readonly<Record<string, string>> = {},
): Promise<HostileRelay> {
  const dataDir = temporaryDirectory();
  writeFileSync(join(dataDir, 'policy.json'), JSON.stringify(policy));
  const environment = { PORT: '0', DATA_DIR: dataDir, RATE_LIMITS: rateLimits, ...more };
  const running = start(['up', '--json', '--log-level', 'warn'], environment);
  test.after(() => running.stop());
  const { port } = JSON.parse(await running.line((line) => line.startsWith('{'))) as { port: number };
  const arrived = await honestStream(test, port);
  return {
    port,
    process: running,
    rss: () => residentMiB(running.child.pid ?? 0),
    async serves() {
      const post = await signedPost(newPerson(), 'honest', `still here at ${process.hrtime.bigint()}`);
      const arrival = arrived(String(post.id));
      const answer = await send(port, 'POST', '/messages', JSON.stringify(post), { localAddress: HONEST });
      assert.equal(answer.status, 200, `an honest post was answered ${answer.status} ${answer.text}`);
      await arrival;
    },
    async metric(name) {
      const { text } = await send(port, 'GET', '/metrics', undefined, { localAddress: HONEST });
      return Number(
        text
          .split('\n')
          .find((line) => line.startsWith(name))
          ?.split(' ')
          .at(-1) ?? 0,
      );
    },
  };
}

/** One relay for all tests of a suite, to be called where the suite is described. */
export function suiteRelay(rateLimits: 'on' | 'off'): () => HostileRelay {
  const tasks: (() => unknown)[] = [];
  let relay: HostileRelay | undefined;
  before(async () => {
    relay = await startRelayUnder({ after: (task) => tasks.push(task) }, rateLimits);
  });
  after(async () => {
    for (const task of tasks.reverse()) await task();
  });
  return () => {
    assert.ok(relay !== undefined, 'the relay has not started');
    return relay;
  };
}

/** Fails unless memory grew by less than so many MiB while `attack` ran and honest clients were served throughout. */
export async function withstands(relay: HostileRelay, most: number, attack: () => Promise<void>): Promise<void> {
  await relay.serves();
  const before = relay.rss();
  await attack();
  await relay.serves();
  const grown = relay.rss() - before;
  assert.ok(
    grown < most,
    `memory grew by ${grown.toFixed(0)} MiB from ${before.toFixed(0)}, expected less than ${most}`,
  );
  assert.equal(relay.process.child.exitCode, null, 'the relay has ended');
}

/** A 4xx with {error, …} as JSON that tells nothing of the inside. */
export function assertRefused(answer: Answer, what: string, status?: number): void {
  const told = `${what}: ${answer.status} ${answer.text.slice(0, 300)}`;
  assert.ok(status === undefined ? answer.status >= 400 && answer.status < 500 : answer.status === status, told);
  assertDiscreet(answer, what);
  assert.match(String(answer.headers['content-type']), /^application\/json/, told);
  const { error } = JSON.parse(answer.text) as { error?: unknown };
  assert.ok(typeof error === 'string' && error !== '', told);
}

/** No stack, no path, no code of ours in the answer. */
export function assertDiscreet(answer: Answer, what: string): void {
  assert.ok(answer.status < 500, `${what}: ${answer.status} ${answer.text.slice(0, 300)}`);
  assert.doesNotMatch(answer.text, /\n\s+at |node_modules|node:internal|\.[jt]s:\d+|devDependencies|root:x?:/, what);
}

interface SendOptions {
  readonly headers?: Record<string, string>;
  readonly localAddress?: string;
}

/** One request on a connection of its own; the path goes out as it stands. */
export function send(
  port: number,
  method: string,
  path: string,
  body?: string | Uint8Array,
  options: SendOptions = {},
) {
  return new Promise<Answer>((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, method, path, agent: false, timeout: PATIENCE_MS, ...options },
      (response) => resolve(collect(response)),
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${path.slice(0, 80)}: no answer`)));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function collect(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() };
}

/** Raw bytes, and all that comes back until the relay closes. For what no HTTP client would send. */
export function exchange(port: number, bytes: string | Uint8Array): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = open(port);
    const chunks: Buffer[] = [];
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('the relay neither answered nor closed')));
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('close', (failed) => failed || resolve(parseAnswer(Buffer.concat(chunks).toString('latin1'))));
    // A reset after the answer is a way to close, too.
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE'
        ? resolve(parseAnswer(Buffer.concat(chunks).toString('latin1')))
        : reject(error),
    );
    socket.write(bytes);
  });
}

function parseAnswer(text: string): Answer {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end < 0 ? undefined : end).split('\r\n');
  const pairs = lines
    .map((line) => line.split(/:\s*/, 2))
    .map(([name = '', value = '']) => [name.toLowerCase(), value]);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0);
  return { status, headers: Object.fromEntries(pairs), text: end < 0 ? '' : text.slice(end + 4) };
}

/** A connection that takes nothing off the wire unless it is told to. */
export function open(port: number, localAddress = '127.0.0.1'): Socket {
  return connect({ host: '127.0.0.1', port, localAddress });
}

/** So many connections from all attackers, each having written `first`; their errors are expected. */
export async function openMany(test: Test, port: number, count: number, first = ''): Promise<Socket[]> {
  const sockets: Socket[] = [];
  test.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  // In waves, so that the line of connections not yet accepted does not overflow, which would cost seconds each.
  for (let i = 0; i < count; i += 250) {
    const wave = Array.from({ length: Math.min(250, count - i) }, (_, j) =>
      open(port, attackers[(i + j) % attackers.length]),
    );
    sockets.push(...wave);
    await Promise.all(wave.map((socket) => opened(socket, first)));
  }
  return sockets;
}

function opened(socket: Socket, first: string): Promise<void> {
  return new Promise((resolve) => {
    socket.on('error', () => resolve());
    socket.on('connect', () => {
      if (first !== '') socket.write(first);
      resolve();
    });
  });
}

/** Runs `work` so many times, a few at once. */
export async function repeatedly(count: number, atOnce: number, work: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) await work(i);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

/** Opens the honest client's stream; what comes back waits for a message by its id. */
async function honestStream(test: Test, port: number): Promise<(id: string) => Promise<void>> {
  const waiting = new Map<string, () => void>();
  let gone: string | undefined;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/events?channel=honest', agent: false, localAddress: HONEST };
    const outgoing = get(options, resolve).on('error', reject);
    test.after(() => outgoing.destroy());
  });
  let rest = '';
  response.setEncoding('utf8').on('data', (text: string) => {
    const blocks = (rest + text).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) waiting.get(/^data: .*?"id":"([^"]+)"/.exec(block)?.[1] ?? '')?.();
  });
  response.on('close', () => {
    gone = 'the relay closed the honest stream';
  });
  response.on('error', () => {});
  return (id) =>
    new Promise((resolve, reject) => {
      if (gone !== undefined) reject(new Error(gone));
      const timer = setTimeout(() => reject(new Error(gone ?? 'the stream did not bring the message')), PATIENCE_MS);
      waiting.set(id, () => {
        clearTimeout(timer);
        waiting.delete(id);
        resolve();
      });
    });
}

function residentMiB(pid: number): number {
  if (!isLinux) return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/**
 * A machine in a network: `pipes up` in a process of its own, and the ways in for the test. Whatever is waited for is
 * waited for by events.
 */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { get, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { readOwnerFile } from '../../src/relay/owner-file.ts';
import type { RemotePeer } from '../../src/runtime/api.ts';
import { temporaryDirectory } from '../support/command.ts';
import { newPerson, signedPost } from '../support/signed-posts.ts';
import { type Forwarder, startForwarder } from './forwarder.ts';
import type { Network, Test } from './namespaces.ts';

export interface Machine {
  readonly network: Network;
  readonly port: number;
  readonly p2pPort: number;
  readonly dataDir: string;
  readonly child: ChildProcess;
  /** Ends it with that signal, and waits for the end. */
  end(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same data. */
  again(): Promise<Machine>;
}

const command = join(import.meta.dirname, '../../src/cli/main.ts');

export interface MachineOptions {
  /** Listens there alone. */
  readonly host?: string;
  readonly dataDir?: string;
}

export async function startMachine(test: Test, network: Network, options: MachineOptions = {}): Promise<Machine> {
  const dataDir = options.dataDir ?? temporaryDirectory();
  const env = { PATH: process.env.PATH ?? '', RATE_LIMITS: 'off', KEEP_PORT: 'off', DATA_DIR: dataDir };
  const host = options.host === undefined ? [] : ['--host', options.host];
  const args = [command, 'up', '--json', '--port', '0', '--p2p-port', '0', '--log-level', 'error', ...host];
  const child = network.node(args, env, ['ignore', 'pipe', 'inherit']);
  const ended = once(child, 'exit');
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  test.after(() => end('SIGKILL'));
  const facts = await Promise.race([firstLine(child), ended]);
  assert.ok(typeof facts === 'string', 'a machine ended before it listened');
  const { port, p2pPort } = JSON.parse(facts) as { port: number; p2pPort: number };
  return {
    ...{ network, port, p2pPort, dataDir, child, end },
    again: () => startMachine(test, network, { ...options, dataDir }),
  };
}

const firstLine = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    createInterface({ input: child.stdout as Readable }).on('line', (line) => line.startsWith('{') && resolve(line));
  });

/** Asks an HTTP server in the forwarder's network, as a program there would. */
export interface Desk {
  ask<T>(method: string, path: string, body?: unknown, token?: string): Promise<T>;
  readonly socketPath: string;
}

let desks = 0;

export async function deskAt(forwarder: Forwarder, host: string, port: number): Promise<Desk> {
  const socketPath = join(temporaryDirectory(), `desk-${++desks}`);
  await forwarder.line({ path: socketPath }, { host, port });
  return {
    socketPath,
    ask: (method, path, body, token) =>
      new Promise((resolve, reject) => {
        const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
        const outgoing = request({ socketPath, method, path, headers, agent: false }, async (answer) => {
          const chunks: Buffer[] = [];
          for await (const chunk of answer) chunks.push(chunk as Buffer);
          const text = Buffer.concat(chunks).toString();
          if (answer.statusCode === 200) resolve(JSON.parse(text));
          else reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`));
        });
        outgoing.on('error', reject);
        outgoing.end(body === undefined ? undefined : JSON.stringify(body));
      }),
  };
}

/** A machine at which a person sits: posts, and hears what comes. */
export interface Seat {
  readonly machine: Machine;
  readonly forwarder: Forwarder;
  readonly desk: Desk;
  connect(ticket: string): Promise<void>;
  post(content: string): Promise<string>;
  /** Of all that came: its id and when, in order; as often as it came. */
  readonly heard: readonly { readonly id: string; readonly at: number }[];
  /** Resolves once all of these have come. */
  hears(ids: readonly string[]): Promise<void>;
  stored(): Promise<string[]>;
  peers(): Promise<RemotePeer[]>;
}

export const CHANNEL = 'main';
/** Nothing that comes at all takes longer. */
const PATIENCE_MS = 60_000;

export async function sitAt(test: Test, machine: Machine, host = '127.0.0.1'): Promise<Seat> {
  const forwarder = await startForwarder(test, machine.network);
  const desk = await deskAt(forwarder, host, machine.port);
  const person = newPerson();
  const heard: { id: string; at: number }[] = [];
  const listeners = new Set<() => void>();
  await listen(test, desk, (id) => {
    heard.push({ id, at: performance.now() });
    for (const listener of [...listeners]) listener();
  });
  const peers = async (): Promise<RemotePeer[]> => {
    const token = (await readOwnerFile(machine.dataDir))?.token ?? '';
    return (await desk.ask<{ peers: RemotePeer[] }>('GET', '/owner/peers', undefined, token)).peers;
  };
  return {
    ...{ machine, forwarder, desk, heard, peers },
    async connect(ticket) {
      const answer = await desk.ask<{ connected: boolean; detail?: string }>('POST', '/connect', { ticket });
      assert.ok(answer.connected, answer.detail ?? 'not connected');
    },
    async post(content) {
      const post = await signedPost(person, CHANNEL, content);
      await desk.ask('POST', '/messages', post);
      return String(post.id);
    },
    hears: (ids) =>
      new Promise((resolve, reject) => {
        const missing = (): string[] => {
          const all = new Set(heard.map(({ id }) => id));
          return ids.filter((id) => !all.has(id));
        };
        const look = (): void => {
          if (missing().length === 0) settle(resolve);
        };
        const settle = (then: () => void): void => {
          clearTimeout(timer);
          listeners.delete(look);
          then();
        };
        const timer = setTimeout(() => {
          settle(() => reject(new Error(`${missing().length} of ${ids.length} messages have not come`)));
        }, PATIENCE_MS);
        listeners.add(look);
        look();
      }),
    stored: async () =>
      (await desk.ask<{ id: string }[]>('GET', `/messages?channel=${CHANNEL}&limit=500`)).map(({ id }) => id),
  };
}

export const ticketOf = async ({ desk }: Pick<Seat, 'desk'>): Promise<string> =>
  (await desk.ask<{ ticket: string }>('GET', '/ticket')).ticket;

/** Resolves once the stream stands. */
async function listen(test: Test, { socketPath }: Desk, came: (id: string) => void): Promise<void> {
  const stream = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = get({ socketPath, path: `/events?channel=${CHANNEL}`, agent: false }, resolve).on('error', reject);
    test.after(() => outgoing.destroy());
  });
  const lines = createInterface({ input: stream });
  for (const each of [stream, lines]) each.on('error', () => {});
  lines.on('line', (line) => {
    const id = /^data: .*?"id":"([^"]+)"/.exec(line)?.[1];
    if (id !== undefined) came(id);
  });
}

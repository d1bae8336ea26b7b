/** The attacks that are run small with every test and in full by `npm run test:long`. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { type HostileRelay, openMany } from './support.ts';

type Test = { after(task: () => unknown): void };

/** Connections that never say a word. */
export async function halfOpen(test: Test, relay: HostileRelay, count: number): Promise<void> {
  const sockets = await openMany(test, relay.port, count);
  await relay.serves();
  letGo(sockets);
}

/** A request line and a header, and then one byte at a time. */
export async function slowHeads(test: Test, relay: HostileRelay, count: number): Promise<void> {
  const sockets = await openMany(test, relay.port, count, 'POST /messages HTTP/1.1\r\nHost: x\r\nX-Slow: ');
  for (let round = 0; round < 5; round++) {
    for (const socket of sockets) if (socket.writable) socket.write('z');
    await relay.serves();
  }
  letGo(sockets);
}

/** Each declares 2 MiB, sends a part of it and goes silent. */
export async function slowBodies(test: Test, relay: HostileRelay, count: number, bytes: number): Promise<void> {
  const head = `POST /messages HTTP/1.1\r\nHost: x\r\nContent-Length: ${2 << 20}\r\n\r\n`;
  const sockets = await openMany(test, relay.port, count, head + ' '.repeat(bytes));
  await Promise.all(sockets.map(sent));
  await relay.serves();
  letGo(sockets);
}

/** Streams that do read. All are answered, or refused in words, and none is left behind when its reader goes. */
export async function streams(test: Test, relay: HostileRelay, count: number): Promise<void> {
  const before = await relay.metric('pipes_relay_subscribers ');
  assert.ok(before >= 1, 'the honest stream is counted');
  const sockets = await openMany(test, relay.port, count, 'GET /events?channel=flood HTTP/1.1\r\nHost: x\r\n\r\n');
  const answers = await Promise.all(sockets.map(firstWords));
  assert.ok(
    answers.every((answer) => /^HTTP\/1\.1 (200|429|503) /.test(answer)),
    `one was answered: ${answers.find((answer) => !/^HTTP\/1\.1 (200|429|503) /.test(answer))}`,
  );
  await relay.serves();
  letGo(sockets);
  let left = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 500 && left > before; i++) left = await relay.metric('pipes_relay_subscribers ');
  assert.equal(left, before, 'streams left behind');
}

function letGo(sockets: readonly Socket[]): void {
  for (const socket of sockets) socket.destroy();
}

/** Resolves once all is out, or the relay has closed. */
function sent(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed || socket.writableLength === 0) return resolve();
    socket.once('drain', resolve);
    socket.once('close', () => resolve());
  });
}

function firstWords(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve('closed');
    socket.once('data', (chunk) => resolve(chunk.toString('latin1').slice(0, 40)));
    socket.once('close', () => resolve('closed'));
  });
}

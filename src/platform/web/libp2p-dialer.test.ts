import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDialer } from './libp2p-dialer.ts';
import type { Connection, Node } from './libp2p-types.ts';

const ADDRESS = '/ip4/127.0.0.1/tcp/4001';
const { signal: never } = new AbortController();

/** libp2p whose dial ends when `connect` is called or its signal fires, and a clock that stands still until `pass`. */
function slowNode() {
  const { promise, resolve, reject } = Promise.withResolvers<Connection>();
  const calls: string[] = [];
  const dial = (_: unknown, { signal }: { signal: AbortSignal }) => {
    calls.push('dial');
    signal.addEventListener('abort', () => reject(signal.reason));
    return promise;
  };
  const connection = { close: async () => void calls.push('close') } as unknown as Connection;
  let pass = () => {};
  const after = (_: number, task: () => void) => {
    pass = task;
    return () => {};
  };
  const dialer = createDialer({ components: { transportManager: { dial } } } as unknown as Node, { after });
  return { dialer, calls, connect: () => resolve(connection), pass: () => pass() };
}

test('a connection that comes up while the dialer closes is closed, and closing waits for it', async () => {
  const { dialer, calls, connect } = slowNode();
  const dialled = assert.rejects(dialer.dial(ADDRESS, never), /the transport is closed/);
  const closed = dialer.close();
  connect();
  await closed;
  assert.deepEqual(calls, ['dial', 'close']);
  await dialled;
});

test('a dial that nobody answers holds up closing for a moment only', async () => {
  const { dialer, pass } = slowNode();
  const dialled = assert.rejects(dialer.dial(ADDRESS, never), /the transport is closed/);
  const closed = dialer.close();
  pass();
  await Promise.all([closed, dialled]);
});

test('nothing is dialled once it is closed', async () => {
  const { dialer, calls } = slowNode();
  await dialer.close();
  await assert.rejects(dialer.dial(ADDRESS, never), /the transport is closed/);
  assert.deepEqual(calls, []);
});

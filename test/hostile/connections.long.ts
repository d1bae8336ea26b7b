/** The attacks of connections.test.ts at full size, and how long the relay puts up with those who dawdle. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { halfOpen, slowBodies, slowHeads, streams } from './attacks.ts';
import { openFiles } from './open-files.ts';
import { attackers, open, startRelayUnder, withstands } from './support.ts';

const MANY = 10_000;
/** Both ends of a connection are files: one here, one in the relay, whose limit is the same. */
const skip = openFiles() < MANY + 1000 && `needs a limit of ${MANY + 1000} open files (ulimit -n), got ${openFiles()}`;

test('10,000 half-open connections keep nobody out', { skip }, async (context) => {
  const relay = await startRelayUnder(context, 'off');
  await withstands(relay, 192, () => halfOpen(context, relay, MANY));
});

test('10,000 heads that never end keep nobody out', { skip }, async (context) => {
  const relay = await startRelayUnder(context, 'off');
  await withstands(relay, 192, () => slowHeads(context, relay, MANY));
});

test('2,000 bodies that never end keep nobody out', { skip }, async (context) => {
  const relay = await startRelayUnder(context, 'off');
  await withstands(relay, 256, () => slowBodies(context, relay, 2000, 256 * 1024));
});

test('10,000 streams are held or refused in words, and let go with their readers', { skip }, async (context) => {
  const relay = await startRelayUnder(context, 'off');
  await withstands(relay, 512, () => streams(context, relay, MANY));
});

test('who says nothing, half a head or half a body is let go within minutes', { timeout: 400_000 }, async (context) => {
  const relay = await startRelayUnder(context, 'off');
  const beginnings = [
    '',
    'GET / HTTP/1.1\r\nX: ',
    'POST /messages HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{',
  ];
  const sockets = beginnings.map((first) => {
    const socket = open(relay.port, attackers[0]);
    context.after(() => socket.destroy());
    socket.resume().write(first);
    return socket;
  });
  const closed = await Promise.all(
    sockets.map(
      (socket) => new Promise<boolean>((resolve) => socket.on('close', () => resolve(true)).on('error', () => {})),
    ),
  );
  assert.deepEqual(closed, [true, true, true]);
});

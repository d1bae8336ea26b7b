/** Connections that ask nothing, dawdle, or never read. The relay keeps room and memory for those who talk. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newPerson, sealedPost } from '../support/signed-posts.ts';
import { halfOpen, slowBodies, slowHeads, streams } from './attacks.ts';
import { open, send, suiteRelay, withstands } from './support.ts';

/** test/hostile/connections.long.ts has the full numbers. */
const MANY = 1500;

describe('hostile connections', () => {
  const relay = suiteRelay('off');

  test('half-open connections keep nobody out', (context) =>
    withstands(relay(), 96, () => halfOpen(context, relay(), MANY)));

  test('heads that never end keep nobody out', (context) =>
    withstands(relay(), 96, () => slowHeads(context, relay(), MANY)));

  test('bodies that never end keep nobody out', (context) =>
    withstands(relay(), 192, () => slowBodies(context, relay(), 300, 256 * 1024)));

  test('streams by the hundred are held, and let go with their readers', (context) =>
    withstands(relay(), 96, () => streams(context, relay(), MANY)));

  test('a reader that never reads is dropped with a reason, and the others keep getting messages', (context) =>
    withstands(relay(), 224, async () => {
      const person = newPerson();
      const before = await relay().metric('pipes_relay_streams_dropped_total{reason="slow"}');
      const socket = open(relay().port);
      context.after(() => socket.destroy());
      socket.on('error', () => {});
      socket.pause();
      socket.write('GET /events?channel=heavy HTTP/1.1\r\nHost: x\r\n\r\n');
      let dropped = before;
      let posts = 0;
      for (; posts < 200 && dropped === before; posts++) {
        const post = JSON.stringify(await sealedPost(person, 'heavy', 150_000));
        assert.equal((await send(relay().port, 'POST', '/messages', post)).status, 200);
        if (posts % 10 === 9) {
          await relay().serves();
          dropped = await relay().metric('pipes_relay_streams_dropped_total{reason="slow"}');
        }
      }
      assert.equal(dropped, before + 1, `dropped after ${posts} posts of 200 KB`);
      const last = await lastWords(socket);
      assert.match(last, /event: dropped\ndata: \{"reason":"slow"\}\n\n$/);
    }));
});

/** What stands at the end of what was left to read. */
function lastWords(socket: ReturnType<typeof open>): Promise<string> {
  return new Promise((resolve) => {
    let tail = '';
    socket.setEncoding('utf8').on('data', (text) => {
      tail = (tail + text).slice(-200);
    });
    socket.on('close', () => resolve(tail));
    socket.resume();
  });
}

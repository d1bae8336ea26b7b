/** Logs and blobs in a session: read and fetched from a place on, stopped, or not there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pair, Side, talk } from '../../../../test/support/session-side.ts';
import { sha256 } from '../../../platform/node/crypto.ts';
import { toHex } from '../../bytes.ts';
import { decodeMessage, encodeMessage, type Message } from './messages.ts';
import type { Wants } from './wants.ts';

const CHANNELS: Wants = { sets: ['channel:*'], authors: [] };
const key = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);

const say = (side: Side, message: Message): void => side.hear(encodeMessage(message));
const said = (side: Side): Message[] => side.sent.splice(0).flatMap((bytes) => decodeMessage(bytes) ?? []);
const count = (length: number): number[] => Array.from({ length }, (_, i) => i);

test('a log is read from where it is asked for, to its end', () => {
  const { sides, begin } = pair({ sets: ['logs'], authors: [] });
  const [a, b] = sides;
  a.logs.set(toHex(key(1)), count(20).map(String));
  b.logs.set(toHex(key(1)), count(4).map(String));
  begin();
  b.session.read(key(1), 4);
  b.act();
  talk(a, b);
  assert.deepEqual(b.logs.get(toHex(key(1))), count(20).map(String));
});

test('a log that the other side does not want is not read to it', () => {
  const side = new Side({ theirs: { sets: [], authors: [key(2)] } });
  for (const author of [key(1), key(2)]) side.logs.set(toHex(author), ['entry']);
  say(side, { type: 'read', author: key(1), from: 0 });
  say(side, { type: 'read', author: key(2), from: 0 });
  assert.deepEqual(
    said(side).flatMap((message) => (message.type === 'entries' ? [message.author[0]] : [])),
    [2],
  );
});

test('a blob comes in pieces, in order, and from where it is asked for', () => {
  const { sides, begin } = pair(CHANNELS, [{ credit: 2_000_000 }, { granted: 2_000_000 }]);
  const [a, b] = sides;
  const bytes = Uint8Array.from({ length: 1_000_000 }, (_, i) => i % 251);
  const hash = sha256(bytes);
  a.blobs.set(toHex(hash), bytes);
  begin();
  b.session.fetch(hash, 400_000);
  b.act();
  talk(a, b);
  assert.deepEqual(
    b.blobPieces.map(({ at, total }) => [at, total]),
    [
      [400_000, 1_000_000],
      [793_216, 1_000_000],
    ],
  );
  assert.deepEqual(Buffer.concat(b.blobPieces.map((piece) => piece.bytes)), Buffer.from(bytes.subarray(400_000)));
});

test('a blob that is not there, or not so far, is said to be lacking, and the session goes on', () => {
  const { sides, begin } = pair(CHANNELS);
  const [a, b] = sides;
  a.blobs.set(toHex(key(1)), new Uint8Array(10));
  begin();
  b.session.fetch(key(1), 10);
  b.session.fetch(key(2), 5000);
  b.act();
  talk(a, b);
  assert.deepEqual(
    b.blobPieces.map(({ total, at }) => [total, at]),
    [
      [0, 0],
      [0, 0],
    ],
  );
  assert.ok(a.isSettled && b.isSettled);
});

test('a blob that is stopped comes no further, though a piece was being read', () => {
  const { sides, begin } = pair(CHANNELS, [{ credit: 10_000_000 }, { granted: 10_000_000 }]);
  const [a, b] = sides;
  const hash = key(3);
  a.blobs.set(toHex(hash), new Uint8Array(2_000_000));
  begin();
  talk(a, b);
  a.isSlow = true;
  b.session.fetch(hash, 0);
  b.act();
  for (const message of b.sent.splice(0)) a.hear(message);
  a.work();
  assert.equal(said(a).filter(({ type }) => type === 'blob').length, 1);
  b.session.stop(hash);
  b.act();
  for (const message of b.sent.splice(0)) a.hear(message);
  a.work();
  a.work();
  assert.deepEqual(
    said(a).filter(({ type }) => type === 'blob'),
    [],
  );
});

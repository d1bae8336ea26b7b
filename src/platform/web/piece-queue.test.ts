import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../../core/errors.ts';
import { createPieceQueue } from './piece-queue.ts';

const piece = (length: number): Uint8Array => new Uint8Array(length);

test('pieces come in order, whether they were there or are waited for, and then the end', async () => {
  const taken: number[] = [];
  const queue = createPieceQueue((bytes) => taken.push(bytes));
  queue.push(piece(1));
  queue.push(piece(2));
  assert.equal(queue.bytes, 3);
  assert.deepEqual([await queue.receive(), await queue.receive()], [piece(1), piece(2)]);
  const waiting = queue.receive();
  queue.push(piece(3));
  queue.push(piece(4));
  queue.end();
  assert.deepEqual([await waiting, await queue.receive()], [piece(3), piece(4)]);
  assert.deepEqual([await queue.receive(), await queue.receive()], [undefined, undefined]);
  assert.deepEqual([taken, queue.bytes], [[1, 2, 3, 4], 0]);
});

test('what came before a failure is handed out first, and an end is not taken back', async () => {
  const broken = createPieceQueue(() => {});
  broken.push(piece(1));
  broken.fail(new Error('gone'));
  assert.deepEqual(await broken.receive(), piece(1));
  await assert.rejects(broken.receive(), /gone/);
  const ended = createPieceQueue(() => {});
  const waiting = ended.receive();
  ended.end();
  ended.fail(new Error('gone'));
  assert.deepEqual([await waiting, await ended.receive()], [undefined, undefined]);
});

test('one asks at a time', async () => {
  const queue = createPieceQueue(() => {});
  const first = queue.receive();
  await assert.rejects(queue.receive(), UsageError);
  queue.fail(new Error('gone'));
  await assert.rejects(first, /gone/);
});

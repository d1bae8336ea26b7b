import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attach, FILE_BYTES } from './attach.ts';

const chosen = (name: string, size = 3) => ({
  name,
  type: 'Text/Plain',
  size,
  arrayBuffer: async () => new ArrayBuffer(size),
});

test('chosen files are added to those held, under fit names', async () => {
  const first = await attach([], [chosen('../a.txt')]);
  const { files, problem } = await attach(first.files, [chosen('b.txt')]);
  assert.deepEqual(
    files.map(({ name, type, bytes }) => [name, type, bytes.length]),
    [
      ['_a.txt', 'text/plain', 3],
      ['b.txt', 'text/plain', 3],
    ],
  );
  assert.equal(problem, undefined);
});

test('a file that is too large is named and left out, others are taken', async () => {
  const { files, problem } = await attach([], [{ ...chosen('big.iso'), size: FILE_BYTES + 1 }, chosen('a.txt')]);
  assert.deepEqual(
    files.map(({ name }) => name),
    ['a.txt'],
  );
  assert.match(problem ?? '', /^big\.iso is larger than 50 MB/);
});

test('a message takes thirty-two files and no more', async () => {
  const { files, problem } = await attach(
    [],
    Array.from({ length: 40 }, (_, index) => chosen(`${index}.txt`)),
  );
  assert.equal(files.length, 32);
  assert.equal(problem, 'A message carries at most 32 files.');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { qrCode } from './qr.ts';

/** Whether the module at (x, y) is dark, by the path alone. */
function painted(path: string): (x: number, y: number) => boolean {
  const runs = [...path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)].map((run) => run.slice(1).map(Number));
  return (x, y) => runs.some(([from = 0, row, length = 0]) => row === y && x >= from && x < from + length);
}

test('a code has its three corner marks inside a quiet border, and differs by its text', async () => {
  const { size, path } = await qrCode(`PIPES-SAFETY/1/${'12345'.repeat(12)}`);
  const dark = painted(path);
  assert.ok(size >= 27);
  for (const [x, y] of [
    [3, 3],
    [size - 10, 3],
    [3, size - 10],
  ] as const) {
    for (let n = 0; n < 7; n++) assert.ok(dark(x + n, y) && dark(x, y + n), `corner at ${x},${y}`);
    assert.ok(!dark(x + 1, y + 1) && dark(x + 3, y + 3));
  }
  for (let n = 0; n < size; n++) assert.ok(!dark(n, 0) && !dark(0, n) && !dark(n, size - 1) && !dark(size - 1, n));
  assert.notEqual((await qrCode('something else')).path, path);
});

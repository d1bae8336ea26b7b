import { test } from 'node:test';
import { killTransfers } from './peers.ts';

test('an exchange survives fifty kills of either side, and goes on where it stopped', {
  timeout: 1_200_000,
}, async (t) => {
  const { kills, files, bytes, carried } = await killTransfers(50, 134_217_728, Math.random);
  t.diagnostic(`${kills} kills over ${files} files: ${carried} bytes came for ${bytes}`);
});

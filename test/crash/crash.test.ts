import assert from 'node:assert/strict';
import { it } from 'node:test';
import { killManyTimes } from './crash.ts';

it('keeps every acknowledged envelope and blob, once and whole, over 10 kills of the writer', async (t) => {
  const seed = Date.now() % 2 ** 31;
  t.diagnostic(`seed ${seed}`);
  const report = await killManyTimes(10, seed);
  t.diagnostic(JSON.stringify(report));
  assert.equal(report.kills, 10);
  assert.ok(report.early < 10 && report.envelopes > 0 && report.blobs > 0, 'the writers wrote');
});

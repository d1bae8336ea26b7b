import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { UsageError } from '../../core/errors.ts';
import { signerFromSeed } from './crypto.ts';
import { loadOrCreateKeys } from './keys.ts';
import { importLogSeed, loadOrCreateLogKey, logKeyPath } from './log-key.ts';

const folder = mkdtempSync(join(tmpdir(), 'pipes-log-key-'));
after(() => rmSync(folder, { recursive: true }));

test("a log key is made once, by one of many, for its owner's eyes, and is not the identity's", async () => {
  const dir = join(folder, 'own');
  const keys = await Promise.all(Array.from({ length: 5 }, () => loadOrCreateLogKey(dir)));
  assert.equal(new Set(keys.map(({ signer }) => Buffer.from(signer.key).toString('hex'))).size, 1);
  assert.ok(keys.every(({ isOwn }) => isOwn));
  assert.equal(statSync(logKeyPath(dir)).mode & 0o777, 0o600);
  assert.notDeepEqual((await loadOrCreateKeys(dir)).signer.key, keys[0]?.signer.key);
});

test('an imported seed signs as it did before, is not certified, and replaces no key', async () => {
  const dir = join(folder, 'imported');
  const seed = new Uint8Array(32).fill(7);
  await importLogSeed(dir, seed);
  const { signer, isOwn } = await loadOrCreateLogKey(dir);
  assert.deepEqual([signer.key, isOwn], [signerFromSeed(seed).key, false]);
  await assert.rejects(importLogSeed(dir, seed), UsageError);
});

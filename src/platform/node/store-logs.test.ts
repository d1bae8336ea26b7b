import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import type { StoreOp } from '../../core/ports.ts';
import { openStore } from './store.ts';
import { STORE_ID, STORE_MIGRATIONS } from './store-schema.ts';

const folder = mkdtempSync(join(tmpdir(), 'pipes-store-logs-'));
after(() => rmSync(folder, { recursive: true }));
const clock = { now: () => 1000 };
const author = 'ab'.repeat(32);
const idOf = (n: number): Uint8Array => createHash('sha256').update(`entry ${n}`).digest();

const append = (depth: number): StoreOp => ({
  ...{ op: 'append', author, depth, id: idOf(depth), dialect: '2020-06', kind: 'note' },
  ...{ bytes: new TextEncoder().encode(`entry ${depth}`), received: 1, verified: true },
});

test('a database of version 1 opens with what it held, and takes logs', async () => {
  const path = join(folder, 'old.db');
  const raw = new DatabaseSync(path);
  raw.exec(`PRAGMA application_id = ${STORE_ID}; ${STORE_MIGRATIONS[0]}; PRAGMA user_version = 1`);
  raw.exec("INSERT INTO records VALUES ('s', 'k', 'kept'); INSERT INTO meta VALUES ('epoch', '00112233445566ff')");
  raw.close();
  const store = await openStore(path, { clock });
  assert.deepEqual([store.epoch, await store.record('s', 'k')], ['00112233445566ff', 'kept']);
  assert.equal((await store.commit([append(0)]))[0]?.outcome, 'inserted');
  await store.close();
});

test('every entry is found by its id, in the index or before it gets there, and after it is removed no more', async () => {
  const path = join(folder, 'many.db');
  const length = 40_000;
  let store = await openStore(path, { clock });
  for (let from = 0; from < length; from += 4000) {
    await store.commit(Array.from({ length: 4000 }, (_, i) => append(from + i)));
  }
  const sample = [0, 1, 17_000, 32_767, 32_768, 36_500, length - 1];
  const found = async () => Promise.all(sample.map(async (n) => (await store.entryById(idOf(n)))?.depth));
  assert.deepEqual(await found(), sample);
  await store.close();
  store = await openStore(path, { clock });
  assert.deepEqual(await found(), sample);
  await store.commit([{ op: 'truncate', author, depth: 17_000 }]);
  assert.deepEqual(await found(), [0, 1, ...sample.slice(2).map(() => undefined)]);
  await store.close();
});

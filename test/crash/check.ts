/** Reopens what a killed writer left, and compares it with what was acknowledged. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { toHex } from '../../src/core/bytes.ts';
import type { BlobStore, Placed, Store } from '../../src/core/ports.ts';
import { openBlobs } from '../../src/platform/node/blobs.ts';
import { openStore } from '../../src/platform/node/store.ts';
import { BATCH_SPACE, crashBlob, idOf, membersOf, SCOPES } from './work.ts';

/** What a folder's writers acknowledged, over all its kills. */
export interface Acknowledged {
  /** Batch → the arrivals that were acknowledged. */
  readonly placed: Map<number, number[]>;
  readonly removing: Set<number>;
  readonly removed: Set<number>;
  readonly blobs: Set<number>;
  /** Greatest arrival that any writer acknowledged before the last one started. */
  greatest: number;
}

const clock = { now: () => 2 };
const PAGE = 5000;

export async function checkFolder(folder: string, acknowledged: Acknowledged): Promise<void> {
  const store = await openStore(join(folder, 'pipes.db'), { clock });
  await checkStore(store, acknowledged);
  await store.close();
  checkTables(join(folder, 'pipes.db'));
  const blobs = await openBlobs(join(folder, 'blobs'), { clock });
  await checkBlobs(blobs, acknowledged);
  checkFiles(join(folder, 'blobs'), await blobs.list(100_000));
  await blobs.close();
}

async function checkStore(store: Store, { placed, removing, removed }: Acknowledged): Promise<void> {
  const batches = new Set<number>();
  for (let after = ''; ; ) {
    const page = await store.records(BATCH_SPACE, PAGE, after);
    for (const { key } of page) batches.add(Number(key));
    after = page.at(-1)?.key ?? '';
    if (page.length < PAGE) break;
  }
  const held = await Promise.all(SCOPES.map((scope) => allOf(store, scope)));
  for (const [n, arrivals] of placed) {
    if (removing.has(n)) continue;
    assert.ok(batches.has(n), `batch ${n} was acknowledged and is there`);
    const found = held.flatMap((scope) => membersIn(scope, n).map(({ arrival }) => arrival));
    assert.deepEqual(found.sort(), arrivals.toSorted(), `batch ${n} has the arrivals that were acknowledged`);
  }
  for (const n of removed) assert.ok(!batches.has(n), `batch ${n} was removed and is gone`);
  const expected = [...batches].reduce((sum, n) => sum + membersOf(n), 0);
  for (const scope of held) {
    for (const n of batches) assert.equal(membersIn(scope, n).length, membersOf(n), `batch ${n} is whole`);
    assert.equal(scope.size, expected, 'nothing is there that no whole batch placed');
  }
}

const membersIn = (scope: ReadonlyMap<string, Placed>, n: number): Placed[] =>
  Array.from({ length: membersOf(n) }, (_, member) => scope.get(toHex(idOf(n, member)))).filter((each) => !!each);

/** A scope by id, read in order of arrival, which must grow with every step. */
async function allOf(store: Store, scope: string): Promise<Map<string, Placed>> {
  const all = new Map<string, Placed>();
  for (let after = 0; ; ) {
    const page = await store.arrivals(scope, after, PAGE);
    for (const placed of page) {
      assert.ok(placed.arrival > after, 'arrivals grow');
      after = placed.arrival;
      assert.ok(!all.has(toHex(placed.id)), 'an envelope is there once');
      all.set(toHex(placed.id), placed);
    }
    if (page.length < PAGE) return all;
  }
}

/** What the port cannot see: no envelope without a placement, statistics that add up, a sound file. */
function checkTables(path: string): void {
  const raw = new DatabaseSync(path);
  const one = (sql: string): unknown => Object.values(raw.prepare(sql).get() ?? {})[0];
  assert.equal(one('PRAGMA integrity_check'), 'ok');
  assert.equal(one('SELECT count(*) FROM envelopes WHERE n NOT IN (SELECT envelope FROM placements)'), 0);
  assert.equal(
    one(`SELECT count(*) FROM scopes s WHERE count <> (SELECT count(*) FROM placements WHERE scope = s.n)
         OR latest <> (SELECT max(time) FROM placements WHERE scope = s.n)`),
    0,
  );
  raw.close();
}

async function checkBlobs(blobs: BlobStore, acknowledged: Acknowledged): Promise<void> {
  for (const n of acknowledged.blobs) {
    const { hash, bytes } = crashBlob(n);
    assert.equal(await blobs.size(hash), bytes.length, `blob ${n} was acknowledged and is there`);
  }
  let total = 0;
  for (const { hash, size } of await blobs.list(100_000)) {
    const bytes = await blobs.get(hash);
    assert.ok(bytes !== undefined, `blob ${hash} is listed and whole`);
    assert.equal(bytes.length, size);
    assert.equal(createHash('sha256').update(bytes).digest('hex'), hash);
    total += size;
  }
  assert.equal(await blobs.total(), total);
}

/** No temporary file, and none that the index does not name. */
function checkFiles(folder: string, listed: readonly { hash: string }[]): void {
  const known = new Set(listed.map(({ hash }) => hash));
  assert.deepEqual(readdirSync(join(folder, 'tmp')), []);
  for (const name of readdirSync(folder).filter((each) => each.length === 2)) {
    for (const file of readdirSync(join(folder, name))) assert.ok(known.has(file), `file ${file} is in the index`);
  }
}

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, it } from 'node:test';
import { StorageError } from '../../core/errors.ts';
import type { StoreOp } from '../../core/ports.ts';
import { openStore } from './store.ts';
import { openStoreEngine } from './store-engine.ts';
import { runGroup } from './store-group.ts';
import type { StoreRequest } from './store-protocol.ts';

const root = mkdtempSync(join(tmpdir(), 'pipes-sqlite-'));
const clock = { now: () => 1000 };
let files = 0;
const freshPath = (): string => join(root, `${++files}.db`);

function place(n: number, bytes = 100): StoreOp {
  const id = new Uint8Array(32).fill(n);
  const envelope = new Uint8Array(bytes).fill(n);
  return { op: 'place', scope: 'channel:main', time: n, id, envelope, received: n, expires: 0, hint: '' };
}

const failing = (path: string, ...words: string[]) =>
  assert.rejects(openStore(path, { clock }), (error: unknown) => {
    assert.ok(error instanceof StorageError);
    for (const word of [path, ...words]) assert.ok(error.message.includes(word), `${error.message} names ${word}`);
    return true;
  });

describe('the SQLite store', () => {
  after(() => rmSync(root, { recursive: true, force: true }));

  it('refuses a second opener and names the first, and is free again once closed', async () => {
    const path = freshPath();
    const first = await openStore(path, { clock });
    await failing(path, 'already in use', `this process (${process.pid})`);
    await first.commit([place(1)]);
    await first.close();
    await (await openStore(path, { clock })).close();
  });

  it('refuses a file that another process has open, and takes it over once that one was killed', async () => {
    const path = freshPath();
    const script = `import { openStore } from ${JSON.stringify(new URL('./store.ts', import.meta.url).href)};
      const store = await openStore(${JSON.stringify(path)}, { clock: { now: () => 1 } });
      console.log(store.epoch);
      setInterval(() => {}, 1000);`;
    const other = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [printed] = await Promise.race([once(other.stdout, 'data'), once(other, 'exit')]);
    await failing(path, 'already in use', `process ${other.pid}`);
    other.kill('SIGKILL');
    await once(other, 'exit');
    const store = await openStore(path, { clock });
    assert.equal(store.epoch, String(printed).trim());
    await store.close();
  });

  it('refuses a file of a newer version and says so', async () => {
    const path = freshPath();
    await (await openStore(path, { clock })).close();
    const raw = new DatabaseSync(path);
    raw.exec('PRAGMA user_version = 99');
    raw.close();
    await failing(path, 'got 99', 'newer release');
  });

  it("refuses another program's database and leaves it as it was", async () => {
    const path = freshPath();
    const raw = new DatabaseSync(path);
    raw.exec('CREATE TABLE messages (id TEXT)');
    raw.close();
    await failing(path, "another program's");
    const again = new DatabaseSync(path);
    assert.equal(again.prepare('PRAGMA application_id').get()?.application_id, 0);
    assert.equal(again.prepare('PRAGMA user_version').get()?.user_version, 0);
    again.close();
  });

  it('refuses a file that is no database, and says what cures it', async () => {
    const path = freshPath();
    writeFileSync(path, 'this is not a database, but it is long enough to look like one at first'.repeat(50));
    await failing(path, 'damaged', 'backup');
  });

  it('refuses a truncated database, and says what cures it', async () => {
    const path = freshPath();
    const store = await openStore(path, { clock });
    await store.commit(Array.from({ length: 200 }, (_, n) => place(n, 1000)));
    await store.close();
    truncateSync(path, statSync(path).size - 3 * 4096);
    await failing(path, 'damaged', 'backup');
  });

  it('opens while others work, after a failure to open', async () => {
    const store = await openStore(freshPath(), { clock });
    const path = freshPath();
    writeFileSync(path, 'x'.repeat(5000));
    await failing(path, 'damaged');
    assert.equal((await store.commit([place(1)]))[0]?.outcome, 'inserted');
    await store.close();
  });

  it('keeps its files to their owner', { skip: process.platform === 'win32' && 'no modes there' }, async () => {
    const path = join(root, 'private', 'pipes.db');
    const store = await openStore(path, { clock });
    await store.commit([place(1)]);
    for (const file of [path, `${path}-wal`]) assert.equal(statSync(file).mode & 0o077, 0, file);
    assert.equal(statSync(join(root, 'private')).mode & 0o077, 0);
    await store.close();
    assert.equal(existsSync(`${path}-wal`), false);
    assert.ok(readFileSync(path).length > 0);
  });

  it('fails the batch alone that the disk has no room for, and stores its neighbours in the same group', () => {
    const path = freshPath();
    const engine = openStoreEngine(path);
    const pages = Number(engine.sql.prepare('PRAGMA page_count').get()?.page_count);
    engine.sql.exec(`PRAGMA max_page_count = ${pages + 20}`);
    const commit = (...batch: StoreOp[]): StoreRequest => ({ ask: 'commit', now: 1, batch });
    const replies = runGroup(engine, [
      commit(place(1)),
      commit(place(2), place(3, 200_000), { op: 'put', space: 's', key: 'k', value: 'v' }),
      commit(place(4)),
      { ask: 'latest', now: 1, scope: 'channel:main', limit: 10, before: undefined },
      { ask: 'record', space: 's', key: 'k' },
    ]);
    const [first, second, third, listed, record] = replies;
    assert.deepEqual(first, { value: [{ outcome: 'inserted', arrival: 1 }] });
    assert.ok(second !== undefined && 'fault' in second && second.fault.message.includes('disk is full'));
    assert.deepEqual(third, { value: [{ outcome: 'inserted', arrival: 2 }] });
    assert.deepEqual(
      (listed as { value: { time: number }[] }).value.map(({ time }) => time),
      [1, 4],
    );
    assert.deepEqual(record, { value: undefined });
    const totals = runGroup(engine, [{ ask: 'totals', prefix: '' }]);
    assert.deepEqual(totals, [{ value: { scopes: 1, placements: 2 } }]);
    engine.close();
  });

  it('syncs every commit, keeps its log and its lock', () => {
    const engine = openStoreEngine(freshPath());
    const pragma = (name: string): unknown => engine.sql.prepare(`PRAGMA ${name}`).get()?.[name];
    assert.deepEqual(['synchronous', 'journal_mode', 'locking_mode'].map(pragma), [2, 'wal', 'exclusive']);
    engine.close();
  });

  it('refuses what would overfill the line to the disk, and does the rest', async () => {
    const store = await openStore(freshPath(), { clock });
    const commits = Array.from({ length: 300 }, (_, n) => store.commit([place(n % 256, 262_144)]));
    const settled = await Promise.allSettled(commits);
    const refused = settled.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    assert.ok(refused.length > 0 && refused.length < 100, `${refused.length} refused`);
    assert.ok(refused.every(({ reason }) => reason instanceof StorageError && /behind/.test(reason.message)));
    assert.equal((await store.commit([place(255)]))[0]?.outcome !== undefined, true);
    await store.close();
  });

  it('does not keep an idle process alive', async () => {
    const script = `import { openStore } from ${JSON.stringify(new URL('./store.ts', import.meta.url).href)};
      const store = await openStore(${JSON.stringify(freshPath())}, { clock: { now: () => 1 } });
      console.log(await store.count('s'));`;
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: 'inherit' });
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedFromWords } from '../core/identity/words.ts';
import type { Peer } from '../runtime/api.ts';
import { createHome, type HomeNews } from './home.ts';
import type { Person } from './person.ts';
import { createFakePeer } from './workbench/fake.ts';

const SHARED: Person = { databaseName: 'pipes', ofTab: false };
const TAB: Person = { databaseName: 'pipes-tab-0123456789abcdef', ofTab: true };
const PARTS = ['keys', 'log-keys', 'store', 'blobs'];

/** A browser in memory. Its databases hold nothing; a root stands for the keys. */
function browser() {
  const databases = new Set<string>();
  const roots = new Map<string, Uint8Array | undefined>();
  const local = new Map<string, string>();
  const held = new Set<string>();
  const news: string[] = [];
  const listeners = new Map<string, Set<(news: HomeNews) => void>>();
  let tail: Promise<unknown> = Promise.resolve();
  let blocked: string | undefined;
  let made = 0;
  const open = new Map<Peer, boolean>();

  function visit(person: Person = SHARED) {
    const session = new Map<string, string>([['some', 'thing']]);
    const home = createHome({
      person: async () => person,
      async openPeer(name) {
        for (const part of PARTS) databases.add(`${name}-${part}`);
        if (!roots.has(name)) roots.set(name, new Uint8Array(32).fill(++made));
        const peer = createFakePeer();
        open.set(peer, true);
        peer.close = async () => void open.set(peer, false);
        return peer;
      },
      keys: {
        has: async (name) => databases.has(`${name}-keys`),
        async importRoot(name, root) {
          if (roots.has(name)) throw new Error('Cannot import identity: this browser has one already');
          databases.add(`${name}-keys`);
          roots.set(name, root);
        },
        root: async (name) => roots.get(name)?.slice(),
        forgetRoot: async (name) => void roots.set(name, undefined),
      },
      world: {
        databases: {
          list: async () => [...databases],
          async delete(name) {
            if (name === blocked) throw new Error('Cannot delete database: another tab uses it');
            databases.delete(name);
            if (name.endsWith('-keys')) roots.delete(name.slice(0, -'-keys'.length));
          },
        },
        locks: {
          hold: async () => true,
          whenFree: async (name, task) => (held.has(name) ? undefined : task()),
        },
        local: {
          keys: () => [...local.keys()],
          getItem: (key) => local.get(key) ?? null,
          setItem: (key, value) => void local.set(key, value),
          removeItem: (key) => void local.delete(key),
        },
        session,
        caches: { list: async () => [], delete: async () => true },
        now: () => 0,
      },
      locked<T>(_: string, __: string, task: () => Promise<T>): Promise<T> {
        const result = tail.then(task);
        tail = result.catch(() => undefined);
        return result;
      },
      tabs: (name) => ({
        tell(said) {
          news.push(said);
          for (const listener of listeners.get(name) ?? []) listener(said);
        },
        on: (listener) => void listeners.set(name, (listeners.get(name) ?? new Set()).add(listener)),
      }),
    });
    return { home, session };
  }
  return {
    ...{ databases, roots, local, held, news, open, visit },
    block: (name: string | undefined) => {
      blocked = name;
    },
  };
}

test('a visit alone leaves nothing behind', async () => {
  const { databases, visit } = browser();
  assert.equal(await visit().home.find(), undefined);
  assert.equal(databases.size, 0);
});

test('an identity that was made is found again, and other tabs hear of it when it is said', async () => {
  const { news, visit } = browser();
  const { home } = visit();
  const peer = await home.create();
  assert.equal(await home.find(), peer);
  assert.ok(await visit().home.find());
  assert.deepEqual(news, []);
  home.tellArrived();
  assert.deepEqual(news, ['arrived']);
});

test('the words are those of the identity, until they are confirmed', async () => {
  const { roots, visit } = browser();
  const { home } = visit();
  await home.create();
  const words = await home.recoveryWords();
  assert.deepEqual(seedFromWords(words?.join(' ') ?? ''), { kind: 'seed', seed: roots.get('pipes') });
  await home.confirmWords();
  assert.equal(await home.recoveryWords(), undefined);
});

test('a person of one tab has no words: it ends with the tab', async () => {
  const { visit } = browser();
  const { home } = visit(TAB);
  await home.create();
  assert.equal(await home.recoveryWords(), undefined);
});

test('a restore needs no words to be written down again, and removes what an unused identity left', async () => {
  const { databases, open, roots, visit } = browser();
  const { home } = visit();
  const unused = await home.create();
  const seed = new Uint8Array(32).fill(9);
  const restored = await home.restore(seed);
  assert.deepEqual([open.get(unused), open.get(restored)], [false, true]);
  assert.equal(roots.has('pipes') && roots.get('pipes'), undefined);
  assert.equal(databases.size, PARTS.length);
  assert.equal(await home.recoveryWords(), undefined);
});

test('a restore replaces no identity that is in use', async () => {
  const { databases, roots, visit } = browser();
  const { home: late } = visit();
  await late.find();
  const used = await visit().home.create();
  await used.setName('Ada');
  await assert.rejects(late.restore(new Uint8Array(32).fill(9)), /has one already/);
  assert.equal(databases.size, PARTS.length);
  assert.deepEqual(roots.get('pipes'), new Uint8Array(32).fill(1));
});

test('a log-out leaves nothing, and tells the other tabs', async () => {
  const { databases, local, news, open, visit } = browser();
  const { home, session } = visit();
  const peer = await home.create();
  for (const key of ['pipes-seen:ab', 'pipes-theme', 'anything']) local.set(key, '1');
  const other = visit().home;
  const heard: HomeNews[] = [];
  other.watch((said) => void heard.push(said));
  await other.find();
  await home.wipe();
  assert.deepEqual([databases.size, local.size, session.size, open.get(peer)], [0, 0, 0, false]);
  assert.deepEqual([news.at(-1), heard], ['leaving', ['leaving']]);
  assert.equal(await home.find(), undefined);
});

test('tabs that are other persons go on; what tabs left that are gone goes, too', async () => {
  const { databases, held, local, visit } = browser();
  await visit().home.create();
  const gone = 'pipes-tab-ffffffffffffffff';
  for (const name of [TAB.databaseName, gone]) {
    local.set(name, '0');
    databases.add(`${name}-keys`);
  }
  held.add(TAB.databaseName);
  await visit().home.wipe();
  assert.deepEqual([...databases], [`${TAB.databaseName}-keys`]);
  assert.deepEqual([...local.keys()], [TAB.databaseName]);
});

test('the end of a tab’s person leaves the browser’s own alone', async () => {
  const { databases, local, visit } = browser();
  await visit().home.create();
  const { home, session } = visit(TAB);
  await home.create();
  local.set(TAB.databaseName, '0');
  local.set('pipes-theme', 'dark');
  await home.wipe();
  assert.deepEqual([...databases].sort(), PARTS.map((part) => `pipes-${part}`).sort());
  assert.deepEqual([...local.keys()], ['pipes-theme']);
  assert.equal(session.size, 0);
});

test('a log-out that could not be finished is finished before anything is opened again', async () => {
  const { block, databases, local, visit } = browser();
  const { home } = visit();
  await home.create();
  block('pipes-store');
  await assert.rejects(home.wipe(), /another tab uses it/);
  assert.equal(databases.has('pipes-keys'), false);
  await assert.rejects(visit().home.find(), /another tab uses it/);
  block(undefined);
  assert.equal(await visit().home.find(), undefined);
  assert.deepEqual([databases.size, local.size], [0, 0]);
});

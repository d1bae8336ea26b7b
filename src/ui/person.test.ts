import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asksForNewPerson, choosePerson, cleanUp, leavePerson, type PersonWorld, withoutPerson } from './person.ts';

const HOUR = 3_600_000;

/** A browser: tabs share locks, databases and local storage; each tab has its own session. */
function browser() {
  const held = new Set<string>();
  const databases = new Set<string>();
  const local = new Map<string, string>();
  const time = { now: 1_000 * HOUR };
  let drawn = 0;
  const storage = (map: Map<string, string>) => ({
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
    removeItem: (key: string) => void map.delete(key),
  });
  const tab = (search: string, session = new Map<string, string>()): PersonWorld => ({
    search,
    session: storage(session),
    local: storage(local),
    locks: {
      hold: async (name) => !held.has(name) && Boolean(held.add(name)),
      whenFree: async (name, task) => (held.has(name) ? undefined : task()),
    },
    databases: {
      list: async () => [...databases],
      delete: async (name) => void databases.delete(name),
    },
    now: () => time.now,
    random: () => (drawn++).toString(16).padStart(16, '0'),
  });
  return { held, databases, local, time, tab };
}

test('all ordinary tabs are one person', async () => {
  const { tab } = browser();
  assert.deepEqual(await choosePerson(tab('')), { databaseName: 'pipes', ofTab: false });
  assert.deepEqual(await choosePerson(tab('?person=old')), { databaseName: 'pipes', ofTab: false });
});

test('each tab that asks for a new person gets its own', async () => {
  const { tab } = browser();
  const first = await choosePerson(tab('?person=new'));
  const second = await choosePerson(tab('?person=new'));
  assert.equal(first.ofTab && second.ofTab, true);
  assert.match(first.databaseName, /^pipes-tab-[0-9a-f]{16}$/);
  assert.notEqual(first.databaseName, second.databaseName);
});

test('a reload keeps the person of the tab', async () => {
  const { held, tab } = browser();
  const session = new Map<string, string>();
  const before = await choosePerson(tab('?person=new', session));
  held.clear();
  assert.deepEqual(await choosePerson(tab('', session)), before);
});

test('a duplicated tab is a further person', async () => {
  const { tab } = browser();
  const session = new Map<string, string>();
  const original = await choosePerson(tab('?person=new', session));
  const copy = await choosePerson(tab('', new Map(session)));
  assert.equal(copy.ofTab, true);
  assert.notEqual(copy.databaseName, original.databaseName);
});

test('what a closed tab left goes after an hour, and never what a tab still holds', async () => {
  const { databases, held, local, tab, time } = browser();
  const closed = await choosePerson(tab('?person=new'));
  const open = await choosePerson(tab('?person=new'));
  for (const name of [
    `${closed.databaseName}-store`,
    `${closed.databaseName}-blobs`,
    open.databaseName,
    'pipes-store',
  ]) {
    databases.add(name);
  }
  time.now += 5 * HOUR;
  leavePerson(closed, tab(''));
  held.delete(closed.databaseName);
  await cleanUp(tab(''));
  assert.equal(databases.size, 4);
  time.now += 2 * HOUR;
  await cleanUp(tab(''));
  assert.deepEqual([...databases], [open.databaseName, 'pipes-store']);
  assert.deepEqual([...local.keys()], [open.databaseName]);
});

test('an address passed on makes no new person', () => {
  assert.equal(asksForNewPerson('?a=b&person=new'), true);
  assert.equal(withoutPerson('http://localhost:4100/?person=new#/c/main'), 'http://localhost:4100/#/c/main');
  assert.equal(withoutPerson('http://localhost:4100/?a=b&person=new'), 'http://localhost:4100/?a=b');
});

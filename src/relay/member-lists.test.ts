import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Store } from '../core/ports.ts';
import { createMemoryStore } from '../platform/memory/store.ts';
import { clock } from '../platform/node/crypto.ts';
import { createMemberLists } from './member-lists.ts';
import { MEMBERS, PROFILES } from './profile-desk.ts';

/** Lists over a store that counts reads, holds them up when told to, and fails when told to. */
function setUp() {
  const inner = createMemoryStore({ clock });
  const state = { reads: 0, held: undefined as Promise<void> | undefined, fails: false };
  const store: Store = {
    ...inner,
    async records(space, limit, after) {
      state.reads++;
      const found = await inner.records(space, limit, after);
      await state.held;
      if (state.fails) throw new Error('the disk is gone');
      return found;
    },
  };
  let changed: (channels: ReadonlySet<string>) => void = () => {};
  const lists = createMemberLists(store, { onChange: (listener) => (changed = listener as typeof changed) });
  const join = async (key: string, size = 1) => {
    await inner.commit([
      { op: 'put', space: PROFILES, key, value: `"${key.repeat(size)}"` },
      { op: 'put', space: MEMBERS, key: `main/${key}`, value: '' },
    ]);
    changed(new Set(['main']));
  };
  return { state, lists, join };
}

test('a list that was being read when somebody joined is not kept', async () => {
  const { state, lists, join } = setUp();
  await join('a');
  let letGo = () => {};
  state.held = new Promise((resolve) => {
    letGo = resolve;
  });
  const before = lists.whole('main');
  await join('b');
  letGo();
  assert.equal(await before, '["a"]');
  assert.equal(await lists.whole('main'), '["a","b"]');
});

test('a whole list is read once until somebody joins, one that is too long each time', async () => {
  const { state, lists, join } = setUp();
  await join('a');
  assert.deepEqual([await lists.whole('main'), await lists.whole('main')], ['["a"]', '["a"]']);
  assert.equal(state.reads, 1);
  await join('b', 300_000);
  await lists.whole('main');
  await lists.whole('main');
  assert.equal(state.reads, 3);
});

test('what could not be read is read anew', async () => {
  const { state, lists, join } = setUp();
  await join('a');
  state.fails = true;
  await assert.rejects(lists.whole('main'), /the disk is gone/);
  state.fails = false;
  assert.equal(await lists.whole('main'), '["a"]');
});

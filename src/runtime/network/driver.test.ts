import assert from 'node:assert/strict';
import { test } from 'node:test';
import { equal, fromUtf8, utf8 } from '../../core/bytes.ts';
import type { Item } from '../../core/sync/item.ts';
import { ItemSet } from '../../core/sync/item-set.ts';
import { NOTHING_WANTED } from '../../core/sync/session/wants.ts';
import { sha256 } from '../../platform/node/crypto.ts';
import type { BlobTraffic } from './blob-traffic.ts';
import { createDriver, type Driver } from './driver.ts';
import type { Keeper, Watcher } from './sets/types.ts';

const itemOf = (text: string): Item => ({ time: 1, id: sha256(utf8(text)) });

/** Keeps texts in sets; `meanwhile` runs when the names of its sets have been looked up and not been handed over yet. */
function texts(meanwhile: () => void = () => {}) {
  const sets = new Map<string, { readonly items: ItemSet; readonly texts: string[] }>();
  const watchers = new Set<Watcher>();
  const setOf = (name: string) => {
    const set = sets.get(name) ?? { items: new ItemSet(), texts: [] };
    sets.set(name, set);
    return set;
  };
  const put = (name: string, text: string): void => {
    const set = setOf(name);
    set.items.add(itemOf(text));
    set.texts.push(text);
    for (const watcher of watchers) watcher(name, itemOf(text), undefined);
  };
  const keeper: Keeper = {
    keeps: () => true,
    async names() {
      const names = [...sets.keys()];
      meanwhile();
      return names;
    },
    open: async (name) => setOf(name).items,
    async row(name, item) {
      const text = sets.get(name)?.texts.find((each) => equal(itemOf(each).id, item.id));
      return text === undefined ? undefined : { received: 1, expires: 0, bytes: utf8(text) };
    },
    async take(name, rows) {
      for (const { bytes } of rows) put(name, fromUtf8(bytes) ?? '');
      return [];
    },
    refuses: () => false,
    watch(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
  return { keeper, put, textsIn: (name: string) => sets.get(name)?.texts ?? [] };
}

const blobs = { join() {}, leave() {} } as unknown as BlobTraffic;

/** Resolves when both say that each has all that it wants of the other. */
async function exchanged(here: Keeper, there: Keeper): Promise<void> {
  const sides: Driver[] = [];
  await new Promise<void>((settle, fail) => {
    const side = (keeper: Keeper, at: number, wants: readonly string[]): Driver =>
      createDriver({
        ...{ sha256, blobs, keepers: [keeper], entries: undefined, isDialer: at === 0 },
        ...{ credit: 65_536, granted: 65_536, wants: { ...NOTHING_WANTED, sets: wants } },
        allow: (theirs) => theirs,
        objection: () => undefined,
        send(message) {
          queueMicrotask(() => sides[1 - at]?.receive(message));
          return true;
        },
        onSettled: () => sides.every(({ isSettled }) => isSettled) && settle(),
        onEnd: fail,
        onError: fail,
      });
    sides.push(side(here, 0, []));
    sides.push(side(there, 1, ['name:*']));
  });
}

test('the first of a set that comes while the other side’s wants are looked up reaches it', async () => {
  const here = texts(() => here.put('name:bot:bob', 'a claim'));
  const there = texts();
  await exchanged(here.keeper, there.keeper);
  assert.deepEqual(there.textsIn('name:bot:bob'), ['a claim']);
});

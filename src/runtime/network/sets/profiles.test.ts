import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromUtf8, utf8 } from '../../../core/bytes.ts';
import { END } from '../../../core/sync/item-set.ts';
import { fingerprint } from '../../../core/sync/ranges.ts';
import { NOTHING_WANTED, PROFILES } from '../../../core/sync/session/wants.ts';
import { createMemoryStore } from '../../../platform/memory/store.ts';
import { clock, sha256 } from '../../../platform/node/crypto.ts';
import { createProfileKeeper } from './profiles.ts';
import type { Giver, Watcher } from './types.ts';

const KEY = '11'.repeat(32);
const OTHER = '22'.repeat(32);
const json = (key: string, version: number): string => JSON.stringify({ key, version });
const nobody = (): Giver => ({ read() {} });

/** Keeps whatever it is given, once the test lets it. */
function make() {
  const store = createMemoryStore({ clock });
  const watchers = new Set<(key: string, version: number) => void>();
  let wait = Promise.resolve();
  const keeper = createProfileKeeper(
    store,
    {
      async accept(value) {
        const { key, version } = value as { key: string; version: number };
        await wait;
        await store.commit([{ op: 'put', space: 'profile', key, value: json(key, version) }]);
        for (const watcher of watchers) watcher(key, version);
        return true;
      },
      watch(watcher) {
        watchers.add(watcher);
        return () => watchers.delete(watcher);
      },
    },
    sha256,
  );
  const take = (key: string, version: number, from: Giver) =>
    keeper.take(PROFILES, [{ received: 0, expires: 0, bytes: utf8(json(key, version)) }], from);
  const open = async () => (await keeper.open(PROFILES, NOTHING_WANTED, NOTHING_WANTED)) ?? assert.fail();
  const hold = (until: Promise<void>): void => {
    wait = until;
  };
  return { keeper, take, open, hold };
}

test('a set with a newer version of a profile has another fingerprint, and a row for it alone', async () => {
  const { keeper, take, open } = make();
  await take(KEY, 1, nobody());
  const set = await open();
  const [old] = [...set.between({ time: 0, prefix: new Uint8Array() }, END)];
  const before = fingerprint(sha256, set.sweep()(END));
  await take(KEY, 2, nobody());
  assert.notDeepEqual(fingerprint(sha256, set.sweep()(END)), before);
  const items = [...set.between({ time: 0, prefix: new Uint8Array() }, END)];
  assert.deepEqual(
    items.map(({ time }) => time),
    [2],
  );
  const row = await keeper.row(PROFILES, items[0] ?? assert.fail());
  assert.equal(fromUtf8(row?.bytes ?? assert.fail()), json(KEY, 2));
  assert.equal(await keeper.row(PROFILES, old ?? assert.fail()), undefined);
});

test('each profile is told to all but the one that it came from, also when several give some at once', async () => {
  const { keeper, take, open, hold } = make();
  await open();
  const told: [number, Giver | undefined][] = [];
  const watcher: Watcher = (_, { time }, from) => void told.push([time, from]);
  keeper.watch(watcher);
  const [a, b] = [nobody(), nobody()];
  const { promise, resolve } = Promise.withResolvers<void>();
  hold(promise);
  const both = [take(KEY, 1, a), take(OTHER, 2, b)];
  resolve();
  await Promise.all(both);
  assert.deepEqual(
    new Map(told),
    new Map([
      [1, a],
      [2, b],
    ]),
  );
  assert.ok(told.find(([time]) => time === 1)?.[1] === a, 'the giver itself, not its like');
});

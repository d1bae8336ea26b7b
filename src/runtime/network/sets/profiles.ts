/** Profiles as a set: of each key the latest version (spec/06-profiles.md). Their own signatures say what they are worth. */
import { fromHex, fromUtf8, toHex, utf8 } from '../../../core/bytes.ts';
import type { Store } from '../../../core/ports.ts';
import type { Item } from '../../../core/sync/item.ts';
import { ItemSet } from '../../../core/sync/item-set.ts';
import { PROFILES, wantsSet } from '../../../core/sync/session/wants.ts';
import { allRecords } from '../../records.ts';
import type { Giver, Keeper, Watcher } from './types.ts';

export interface Profiles {
  /** Checks and keeps it; false where it is stale, known or forged. Calls watchers before it resolves. */
  accept(json: unknown): Promise<boolean>;
  /** Called with the key (hex) and the version of each profile that is kept from then on. */
  watch(watcher: (key: string, version: number) => void): () => void;
}

const SPACE = 'profile';
const PROFILE_BYTES = 32_768;

export function createProfileKeeper(store: Store, profiles: Profiles): Keeper {
  const watchers = new Set<Watcher>();
  const versions = new Map<string, number>();
  let set: Promise<ItemSet> | undefined;
  let loaded: ItemSet | undefined;
  let giver: Giver | undefined;

  const itemOf = (key: string, version: number): Item => ({
    time: version,
    id: fromHex(key, 32) ?? new Uint8Array(32),
  });
  const note = (key: string, version: number): Item | undefined => {
    const before = versions.get(key) ?? 0;
    if (before >= version || loaded === undefined) return undefined;
    if (before > 0) loaded.delete(itemOf(key, before));
    versions.set(key, version);
    loaded.add(itemOf(key, version));
    return itemOf(key, version);
  };
  profiles.watch((key, version) => {
    const item = note(key, version);
    if (item !== undefined) for (const watcher of watchers) watcher(PROFILES, item, giver);
  });
  const load = async (): Promise<ItemSet> => {
    loaded = new ItemSet();
    for (const { key, value } of await allRecords(store, SPACE))
      note(key, (JSON.parse(value) as { version: number }).version);
    return loaded;
  };

  return {
    keeps: (name) => name === PROFILES,
    names: async (wants) => (wantsSet(wants, PROFILES) ? [PROFILES] : []),
    open() {
      set ??= load();
      return set;
    },
    async row(_, item) {
      const json = await store.record(SPACE, toHex(item.id));
      return json === undefined ? undefined : { received: 0, expires: 0, bytes: utf8(json) };
    },
    async take(_, rows, from) {
      for (const { bytes } of rows) {
        const json = parse(bytes);
        giver = from;
        if (json !== undefined) await profiles.accept(json);
      }
      giver = undefined;
      return [];
    },
    refuses: () => false,
    watch(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
}

function parse(bytes: Uint8Array): unknown {
  const text = bytes.length > PROFILE_BYTES ? undefined : fromUtf8(bytes);
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

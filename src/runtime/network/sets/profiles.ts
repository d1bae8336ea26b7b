/** Profiles as a set: of each key the latest version (spec/06-profiles.md). Their own signatures say what they are worth. */
import { concat, fromHex, fromUtf8, toHex, utf8 } from '../../../core/bytes.ts';
import type { Sha256, Store } from '../../../core/ports.ts';
import type { Item } from '../../../core/sync/item.ts';
import { ItemSet } from '../../../core/sync/item-set.ts';
import { PROFILES, wantsSet } from '../../../core/sync/session/wants.ts';
import { varint } from '../../../core/wire.ts';
import { createListeners } from '../../listeners.ts';
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

export function createProfileKeeper(store: Store, profiles: Profiles, sha256: Sha256): Keeper {
  const watchers = createListeners<Parameters<Watcher>>();
  const versions = new Map<string, number>();
  let set: Promise<ItemSet> | undefined;
  let loaded: ItemSet | undefined;
  /** Whose profile an item is, both in hex. */
  const keys = new Map<string, string>();
  /** Whom a profile that is being accepted came from, by its key. */
  const givers = new Map<string, Giver>();

  /** A sum of ids tells sets apart, so that a newer version needs another id. */
  const itemOf = (key: string, version: number): Item => ({
    time: version,
    id: sha256(concat(fromHex(key, 32) ?? new Uint8Array(32), varint(version))),
  });
  const note = (key: string, version: number): Item | undefined => {
    const before = versions.get(key) ?? 0;
    if (before >= version || loaded === undefined) return undefined;
    if (before > 0) {
      loaded.delete(itemOf(key, before));
      keys.delete(toHex(itemOf(key, before).id));
    }
    versions.set(key, version);
    const item = itemOf(key, version);
    keys.set(toHex(item.id), key);
    loaded.add(item);
    return item;
  };
  profiles.watch((key, version) => {
    const item = note(key, version);
    if (item !== undefined) watchers.tell(PROFILES, item, givers.get(key));
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
      const key = keys.get(toHex(item.id));
      const json = key === undefined ? undefined : await store.record(SPACE, key);
      return json === undefined ? undefined : { received: 0, expires: 0, bytes: utf8(json) };
    },
    async take(_, rows, from) {
      for (const { bytes } of rows) {
        const json = parse(bytes);
        const key = (json as { key?: unknown } | null | undefined)?.key;
        if (typeof key !== 'string') continue;
        givers.set(key, from);
        await profiles.accept(json).finally(() => givers.delete(key));
      }
      return [];
    },
    refuses: () => false,
    watch: watchers.add,
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

/**
 * Blobs that are wanted and not here, whatever made them so: an entry, a message, a manifest, from a stream or a stick. They
 * are remembered over restarts, so that whoever has them later may give them.
 */
import type { Store } from '../../core/ports.ts';
import { allRecords } from '../records.ts';

export interface WantedBlobs {
  /** Remembers those of the hashes (lower-case hex) that are not here; resolves when that is on disk. */
  add(hashes: readonly string[]): Promise<void>;
  /** That one is here now. */
  got(hash: string): Promise<void>;
  /** Those that are still not here. */
  missing(): Promise<readonly string[]>;
  /** Calls back with what is wanted from then on, and with what came. Returns what ends that. */
  on(listener: WantedListener): () => void;
}

export interface WantedListener {
  added?(hashes: readonly string[]): void;
  got?(hash: string): void;
}

const SPACE = 'wanted-blob';
const MOST = 100_000;

export function createWantedBlobs(store: Store, isHere: (hash: string) => Promise<boolean>): WantedBlobs {
  const listeners = new Set<WantedListener>();
  let loading: Promise<Set<string>> | undefined;
  /** What is remembered. */
  const load = (): Promise<Set<string>> => {
    loading ??= allRecords(store, SPACE).then((records) => new Set(records.map(({ key }) => key)));
    return loading;
  };
  const lacked = async (hashes: Iterable<string>): Promise<string[]> => {
    const found: string[] = [];
    for (const hash of new Set(hashes)) if (!(await isHere(hash))) found.push(hash);
    return found;
  };
  const got = async (hash: string): Promise<void> => {
    if ((await load()).delete(hash)) await store.commit([{ op: 'delete', space: SPACE, key: hash }]);
    for (const { got: tell } of listeners) tell?.(hash);
  };

  return {
    async add(hashes) {
      const missing = await lacked(hashes);
      if (missing.length === 0) return;
      const wanted = await load();
      const fresh = missing.filter((hash) => !wanted.has(hash)).slice(0, Math.max(0, MOST - wanted.size));
      for (const hash of fresh) wanted.add(hash);
      if (fresh.length > 0)
        await store.commit(fresh.map((key) => ({ op: 'put', space: SPACE, key, value: '' }) as const));
      const asked = missing.filter((hash) => wanted.has(hash));
      for (const { added } of listeners) added?.(asked);
    },
    got,
    async missing() {
      const wanted = await load();
      const missing = new Set(await lacked(wanted));
      for (const hash of [...wanted]) if (!missing.has(hash)) await got(hash);
      return [...missing];
    },
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

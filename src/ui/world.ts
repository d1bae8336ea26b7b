/** The browser behind person.ts: Web Locks, IndexedDB, storages. */
import type { PersonWorld, TabLocks } from './person.ts';

/** A reloading page may hold its lock a moment longer. */
const PATIENCE_MS = 1500;
const lockName = (name: string): string => `${name}/tab`;

export const locks: TabLocks = {
  hold: (name) =>
    new Promise((settle) => {
      const keep = (): Promise<never> => {
        settle(true);
        return new Promise(() => {});
      };
      navigator.locks
        .request(lockName(name), { signal: AbortSignal.timeout(PATIENCE_MS) }, keep)
        .catch(() => settle(false));
    }),
  whenFree: (name, task) =>
    navigator.locks.request(lockName(name), { ifAvailable: true }, (lock) => (lock === null ? undefined : task())),
};

export const databaseNames = async (): Promise<string[]> =>
  (await indexedDB.databases()).flatMap(({ name }) => name ?? []);

export const browserWorld = (): PersonWorld => ({
  search: location.search,
  session: sessionStorage,
  local: localStorage,
  locks,
  databases: {
    list: databaseNames,
    delete: (name) =>
      new Promise((settle) => {
        const request = indexedDB.deleteDatabase(name);
        request.onsuccess = request.onerror = request.onblocked = () => settle();
      }),
  },
  now: Date.now,
  random: () => crypto.randomUUID().replaceAll('-', '').slice(0, 16),
});

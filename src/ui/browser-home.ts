/** The browser behind home.ts: keys and databases of IndexedDB, Web Locks, a channel between the tabs. */
import { open } from '../open/browser.ts';
import { forgetRootSeed, hasKeys, importSeed, rootSeed } from '../platform/browser/keys.ts';
import { createHome, type Home, type HomeNews } from './home.ts';
import type { Person } from './person.ts';
import { databaseNames, locks } from './world.ts';

/** How long another tab may take to let go of a database. */
const PATIENCE_MS = 10_000;

export function browserHome(person: () => Promise<Person>, relay: string): Home {
  return createHome({
    person,
    openPeer: (databaseName) => open({ relay, databaseName }),
    keys: {
      has: hasKeys,
      importRoot: (name, root) => importSeed(name, { kind: 'root', root }),
      root: rootSeed,
      forgetRoot: forgetRootSeed,
    },
    world: {
      locks,
      now: Date.now,
      databases: { list: databaseNames, delete: deleteDatabase },
      local: {
        keys: () => Object.keys(localStorage),
        getItem: (key) => localStorage.getItem(key),
        setItem: (key, value) => localStorage.setItem(key, value),
        removeItem: (key) => localStorage.removeItem(key),
      },
      session: { clear: () => sessionStorage.clear() },
      caches: { list: () => caches.keys(), delete: (name) => caches.delete(name) },
    },
    locked: (name, mode, task) => navigator.locks.request(name, { mode }, task),
    tabs(name) {
      const channel = new BroadcastChannel(`pipes-home:${name}`);
      return {
        tell: (news) => channel.postMessage(news),
        on(listener) {
          channel.onmessage = ({ data }) => listener(data as HomeNews);
        },
      };
    },
  });
}

/** Other tabs let go when they are asked to; rejects where one does not. */
function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => reject(new Error(`Cannot delete database ${name}: ${reason}`));
    const timer = setTimeout(() => fail('another tab of this page still uses it'), PATIENCE_MS);
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => {
      clearTimeout(timer);
      resolve();
    };
    request.onerror = () => {
      clearTimeout(timer);
      fail(request.error?.message ?? 'the browser gives no reason');
    };
  });
}

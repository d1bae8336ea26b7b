import 'fake-indexeddb/auto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore as openIndexed } from '../../src/platform/browser/store.ts';
import { createMemoryStore } from '../../src/platform/memory/store.ts';
import { openStore as openSqlite } from '../../src/platform/node/store.ts';
import { storeContract } from './store.ts';

storeContract({
  name: 'memory',
  durable: false,
  open: async (_place, clock) => createMemoryStore({ clock }),
});

const folder = mkdtempSync(join(tmpdir(), 'pipes-store-'));
storeContract({
  name: 'SQLite',
  durable: true,
  open: (place, clock) => openSqlite(join(folder, place, 'pipes.db'), { clock }),
  cleanUp: async () => rmSync(folder, { recursive: true, force: true }),
});

storeContract({
  name: 'IndexedDB',
  durable: true,
  open: (place, clock) => openIndexed(place, { clock }),
});

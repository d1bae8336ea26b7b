import 'fake-indexeddb/auto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBlobs as openIndexed } from '../../src/platform/browser/blobs.ts';
import { createMemoryBlobs } from '../../src/platform/memory/blobs.ts';
import { openBlobs as openFiles } from '../../src/platform/node/blobs.ts';
import { blobContract } from './blobs.ts';

blobContract({
  name: 'memory',
  durable: false,
  open: async (_place, clock) => createMemoryBlobs({ clock }),
});

const folder = mkdtempSync(join(tmpdir(), 'pipes-blobs-'));
blobContract({
  name: 'SQLite and files',
  durable: true,
  open: (place, clock) => openFiles(join(folder, place), { clock }),
  cleanUp: async () => rmSync(folder, { recursive: true, force: true }),
});

blobContract({
  name: 'IndexedDB',
  durable: true,
  open: (place, clock) => openIndexed(place, { clock }),
});

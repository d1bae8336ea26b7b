import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { startAgent } from '../../src/agent/agent.ts';
import { createMemoryBlobs, createMemoryStore } from '../../src/platform/memory/store.ts';
import { clock, random, sha256 } from '../../src/platform/node/crypto.ts';
import { createVerifier } from '../../src/platform/node/verifier.ts';
import { createHouse } from '../../src/runtime/house.ts';
import { startPublishedKeep } from '../support/published-keep.ts';
import { holdToPublishedFacts } from './keep-facts.ts';

holdToPublishedFacts('our server', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'pipes-keep-'));
  const verifier = createVerifier();
  const blobs = createMemoryBlobs({ clock });
  const house = createHouse({ store: createMemoryStore({ clock }), blobs, verifier, clock, random, sha256 });
  const logger = pino({ level: 'silent' });
  const server = await startAgent({ house, dataDir, port: 0, host: '127.0.0.1', rateLimits: false, logger });
  t.after(async () => {
    await server.close();
    await verifier.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return server.port;
});

// Our own stand-in for the published server, against which our client is tested, has its habits.
holdToPublishedFacts('the stand-in for the published server', async (t) => {
  const { port, close } = await startPublishedKeep();
  t.after(close);
  return port;
});

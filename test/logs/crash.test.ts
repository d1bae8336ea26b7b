/** Importers are killed at random moments: what they acknowledged is there, whole, and the next import completes it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { toHex } from '../../src/core/bytes.ts';
import { clock, signerFromSeed } from '../../src/platform/node/crypto.ts';
import { openStore } from '../../src/platform/node/store.ts';
import { bundleOf, createTestLogs, makeLog, seedOf } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'pipes-import-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const LENGTHS = [6000, 3000];
const KILLS = 6;
const SEED = 20;

test('an import that is killed keeps what it acknowledged, and the next one completes it', async () => {
  const signers = LENGTHS.map((_, n) => signerFromSeed(seedOf(n)));
  const made = await Promise.all(signers.map((signer, n) => makeLog(signer, LENGTHS[n] ?? 0)));
  const [database, bundle] = [join(folder, 'peer.db'), join(folder, 'messages.pgn')];
  writeFileSync(bundle, bundleOf(...made));
  const random = generator(SEED);
  let before = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const acknowledged = await importAndKill(database, bundle, before + Math.floor(random() * 1500));
    const store = await openStore(database, { clock });
    const logs = await store.logs(9);
    const kept = logs.reduce((sum, { next }) => sum + next, 0);
    assert.ok(kept >= acknowledged, `${acknowledged} acknowledged, ${kept} kept`);
    for (const { author, next, head, verifiedThrough } of logs) {
      const [last] = await store.entries(author, next - 1, 1);
      const n = signers.findIndex(({ key }) => toHex(key) === author);
      assert.equal(Buffer.from(last?.bytes ?? []).toString(), made[n]?.[next - 1]);
      assert.deepEqual([last?.id, verifiedThrough], [head, next - 1]);
      assert.equal((await store.entryById(head))?.depth, next - 1);
    }
    before = kept;
    await store.close();
  }
  const store = await openStore(database, { clock });
  const { logs } = await createTestLogs({ store });
  const report = await logs.importEntries([bundleOf(...made)]);
  assert.deepEqual([report.imported + report.known, report.refusedCount], [9000, 0]);
  assert.equal(report.known, before);
  await store.close();
});

/** Kills it once it has acknowledged so many entries; resolves to what it had by then. */
async function importAndKill(database: string, bundle: string, atLeast: number): Promise<number> {
  const program = new URL('crash-importer.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [program, database, bundle], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let acknowledged = 0;
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    const counts = String(chunk).split('\n').slice(0, -1).map(Number).filter(Number.isFinite);
    acknowledged = Math.max(acknowledged, ...counts);
    if (acknowledged >= atLeast) child.kill('SIGKILL');
  }
  await ended;
  return acknowledged;
}

/** A small generator with a seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Kills exports and imports at random moments, again and again: nothing half-written is believed, the last try completes. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { open } from '../../src/open/node.ts';
import { writeBundle } from '../../src/platform/node/bundle-write.ts';
import { collect } from '../logs/support.ts';
import { contentOf, createCourier, generator, makeLogWithBlobs } from './support.ts';

const MADE = { length: 400, every: 2, size: 3000 };
const OLD = 10;

/** Lets it go on until it has told of `after` steps, then kills it; resolves to whether it came to its end before. */
async function runAndKill(args: readonly string[], after: number): Promise<boolean> {
  const program = new URL('crash-worker.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let told = 0;
  for await (const chunk of child.stdout) {
    told += String(chunk).split('\n').length - 1;
    if (told > after) child.kill('SIGKILL');
  }
  const [code] = await ended;
  return code === 0;
}

/** Resolves to how many were killed before their end. */
export async function killExports(folder: string, seed: number, times: number): Promise<number> {
  const random = generator(seed);
  const made = [await makeLogWithBlobs(1, MADE)];
  let killed = 0;
  for (let n = 0; n < times; n++) {
    const stick = join(folder, `stick-${n}`);
    await mkdir(stick);
    await writeBundle(stick, contentOf(made, OLD));
    if (!(await runAndKill(['export', stick], Math.floor(random() * 230)))) killed++;
    const { bundles } = await createCourier();
    const found = await bundles.import(stick);
    assert.deepEqual([found.refused, found.wantedBlobs, found.blobs.refused], [[], [], 0], `seed ${seed}, kill ${n}`);
    assert.ok(found.imported === OLD || found.imported === MADE.length, `seed ${seed}, kill ${n}: ${found.imported}`);
    await writeBundle(stick, contentOf(made));
    assert.equal((await bundles.import(stick)).imported + found.imported, MADE.length);
  }
  return killed;
}

export async function killImports(folder: string, seed: number, times: number): Promise<number> {
  const random = generator(seed);
  const made = [await makeLogWithBlobs(1, MADE)];
  const stick = join(folder, 'stick');
  await writeBundle(stick, contentOf(made));
  let killed = 0;
  for (let n = 0; n < times; n++) {
    const dataDir = join(folder, `data-${n}`);
    if (!(await runAndKill(['import', stick, dataDir], Math.floor(random() * 4)))) killed++;
    const peer = await open({ dataDir });
    for await (const { author } of peer.logs.list()) {
      assert.equal((await peer.logs.verify(author, { again: true })).badAt, undefined, `seed ${seed}, kill ${n}`);
    }
    const report = await peer.bundles.import(stick);
    assert.deepEqual([report.refused, report.wantedBlobs], [[], []], `seed ${seed}, kill ${n}`);
    const entries = await collect(peer.logs.entries());
    assert.deepEqual(
      entries.map(({ text }) => text),
      made[0]?.entries,
      `seed ${seed}, kill ${n}`,
    );
    await peer.close();
  }
  return killed;
}

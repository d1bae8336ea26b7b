/** What the tests of unplugging share. The stick is pulled out, fails or fills up at every single call: each log on it is the old one or the new one, whole. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StorageError } from '../../src/core/errors.ts';
import { writeBundle } from '../../src/platform/node/bundle-write.ts';
import { collect } from '../logs/support.ts';
import { createMedium, type Medium } from './medium.ts';
import { contentOf, createCourier, generator, type Made, makeLogWithBlobs } from './support.ts';

const OLD_ENTRIES = 6;
const ENTRIES = 12;
const logs: Made[] = [await makeLogWithBlobs(1), await makeLogWithBlobs(2, { dialect: '2020-04' })];
export const all = logs.reduce((sum, { entries }) => sum + entries.length, 0);

export const write = (medium: Medium, upTo?: number) =>
  writeBundle('/stick', contentOf(logs, upTo), {}, { files: medium, output: process.stdout });

export async function withOldBundle(): Promise<Medium> {
  const medium = createMedium();
  await write(medium, OLD_ENTRIES);
  return medium.surviving(() => 1);
}

/** What a stranger takes in from it. */
export async function found(medium: Medium) {
  const folder = await mkdtemp(join(tmpdir(), 'pipes-stick-'));
  try {
    await medium.copyTo(folder);
    const { bundles, logs } = await createCourier();
    const report = await bundles.import(join(folder, 'stick'));
    return { ...report, lengths: (await collect(logs.list())).map(({ entries }) => entries) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function isOldOrNew(medium: Medium, what: string): Promise<void> {
  const { lengths, refused, wantedBlobs, blobs } = await found(medium);
  assert.deepEqual(refused, [], what);
  assert.equal(lengths.length, logs.length, what);
  for (const length of lengths) assert.ok(length === OLD_ENTRIES || length === ENTRIES, `${what}: ${length} entries`);
  assert.deepEqual(wantedBlobs, [], `${what}: files are missing`);
  assert.equal(blobs.refused, 0, what);
}

export async function completes(medium: Medium, what: string): Promise<void> {
  await write(medium);
  const { imported, refused, wantedBlobs } = await found(medium);
  assert.deepEqual([imported, refused, wantedBlobs], [all, [], []], what);
  assert.deepEqual(
    medium.paths.filter((path) => path.endsWith('.tmp')),
    [],
    what,
  );
}

/** Pulls it out at every `step`th call; every time what is left is sound, and the next try completes it. */
export async function unplugEverywhere({ seed, step }: { seed: number; step: number }): Promise<number> {
  const random = generator(seed);
  const whole = await withOldBundle();
  await write(whole);
  assert.ok(whole.calls > 50, `${whole.calls} calls`);
  for (let call = seed % step; call < whole.calls; call += step) {
    const medium = await withOldBundle();
    medium.failAt(call, 'EIO');
    await assert.rejects(write(medium), StorageError, `call ${call}`);
    const survivor = medium.surviving(random);
    await isOldOrNew(survivor, `seed ${seed}, call ${call}`);
    await completes(survivor, `seed ${seed}, after call ${call}`);
  }
  return Math.ceil(whole.calls / step);
}

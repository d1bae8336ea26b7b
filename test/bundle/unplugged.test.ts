/** A stick that fails, is pulled out or fills up: test/bundle/unplugging.ts says what is left of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MediumFullError } from '../../src/core/bundle/bundle.ts';
import { createMedium } from './medium.ts';
import { all, completes, found, isOldOrNew, unplugEverywhere, withOldBundle, write } from './unplugging.ts';

const SEED = Number(process.env.SEED ?? 7);

test(`a stick that is pulled out at any call holds each log as it was or as it shall be (seed ${SEED})`, async () => {
  await unplugEverywhere({ seed: SEED, step: 4 });
});

test('a stick that fills up keeps the old bundle, says what is missing, and takes the new one once there is room', async () => {
  const whole = await withOldBundle();
  await write(whole);
  const bytes = (await found(whole)).imported;
  assert.equal(bytes, all);
  for (let room = 4_000; room < 60_000; room += 2_700) {
    const medium = await withOldBundle();
    medium.limit(room);
    const outcome = await write(medium).then(
      () => 'written',
      (error) => error,
    );
    await isOldOrNew(medium, `room for ${room}`);
    if (outcome === 'written') continue;
    assert.ok(outcome instanceof MediumFullError, String(outcome));
    assert.match(outcome.message, /the medium is full.*Nothing was lost/);
    medium.limit(Number.POSITIVE_INFINITY);
    await completes(medium, `room for ${room}`);
  }
});

test('a further try writes no file again that lies there whole', async () => {
  const medium = createMedium();
  const first = await write(medium);
  const second = await write(medium);
  assert.deepEqual([first.blobsKept, second.blobsKept], [0, first.blobs]);
});

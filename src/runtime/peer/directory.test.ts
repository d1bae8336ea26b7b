import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../core/bytes.ts';
import type { Store } from '../../core/ports.ts';
import { createMemoryStore } from '../../platform/memory/store.ts';
import { agreementFromSeed, clock, sha256, signerFromSeed } from '../../platform/node/crypto.ts';
import { createVerifier } from '../../platform/node/verifier.ts';
import { signProfile } from '../profiles.ts';
import { createDirectory } from './directory.ts';
import type { PeerPorts } from './ports.ts';

const seed = new Uint8Array(32).fill(9);
const signer = signerFromSeed(seed);
const key = toHex(signer.key);
const version = (number: number, channels: string[]) =>
  signProfile(
    {
      ...{ key: signer.key, agreementKey: agreementFromSeed(seed).key, name: 'Ada', agent: false },
      ...{ channels, version: number },
    },
    signer,
  );

const directoryOn = (store: Store) =>
  createDirectory({ store, clock, sha256, verifier: createVerifier() } as unknown as PeerPorts);

test('of two versions that come at once the newer one stays, here and on disk', async () => {
  const store = createMemoryStore({ clock });
  const directory = await directoryOn(store);
  await Promise.all([directory.accept(await version(2, ['main'])), directory.accept(await version(1, []))]);
  assert.equal(directory.profile(key)?.version, 2);
  assert.equal((await directoryOn(store)).profile(key)?.version, 2);
});

test('reading the records again brings back nothing older than what came meanwhile', async () => {
  const inner = createMemoryStore({ clock });
  let letGo: (() => void) | undefined;
  const store: Store = {
    ...inner,
    async records(space, limit, after) {
      const found = await inner.records(space, limit, after);
      if (letGo) await new Promise<void>((resolve) => (letGo = resolve));
      return found;
    },
  };
  const directory = await directoryOn(store);
  await directory.accept(await version(1, []));
  letGo = () => {};
  const reading = directory.reload();
  await directory.accept(await version(2, ['main']));
  const go = letGo;
  letGo = undefined;
  go();
  await reading;
  assert.equal(directory.profile(key)?.version, 2);
});

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { DecodeError, UsageError } from '../core/errors.ts';
import { random, signerFromSeed } from '../platform/node/crypto.ts';
import { createVerifier } from '../platform/node/verifier.ts';
import { readSignedProfile, signProfile } from './profiles.ts';

const verifier = createVerifier();
after(() => verifier.close());
const signer = signerFromSeed(random(32));
const profile = {
  ...{ key: signer.key, agreementKey: random(32), name: 'Alice', version: 1, channels: ['main'], agent: false },
};

test('a signed profile reads back, any change to it does not', async () => {
  const json = await signProfile(profile, signer);
  const read = await readSignedProfile(JSON.parse(JSON.stringify(json)), verifier);
  assert.equal(read?.name, 'Alice');
  for (const change of [{ name: 'Alicia' }, { version: 2 }, { channels: [] }, { agent: true }, { x_new: '' }]) {
    assert.equal(await readSignedProfile({ ...json, ...change }, verifier), undefined, JSON.stringify(change));
  }
  assert.equal(await readSignedProfile(null, verifier), undefined);
});

test('a profile that nobody would take, or of another key, is not signed', async () => {
  await assert.rejects(signProfile({ ...profile, name: 'a\u0000' }, signer), DecodeError);
  await assert.rejects(signProfile({ ...profile, key: random(32) }, signer), UsageError);
});

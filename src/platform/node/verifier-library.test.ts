import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import { test } from 'node:test';
import { random, signerFromSeed } from './crypto.ts';
import { loadLibrary } from './verifier-library.ts';

test('where sodium-native does not load, node:crypto checks', async () => {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'sodium-native') throw new Error('not on this platform');
      return next(specifier, context);
    },
  });
  try {
    assert.equal(loadLibrary('sodium-native'), undefined);
    const { name, check } = loadLibrary();
    assert.equal(name, 'node:crypto');
    const signer = signerFromSeed(random(32));
    const message = random(100);
    assert.equal(check(signer.key, await signer.sign(message), message), true);
    assert.equal(check(signer.key, await signer.sign(message), random(100)), false);
    assert.equal(check(new Uint8Array(32).fill(2), new Uint8Array(64), message), false);
  } finally {
    hooks.deregister();
  }
});

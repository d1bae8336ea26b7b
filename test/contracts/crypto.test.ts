/** Both platforms' cryptography passes one suite; the browser's WebCrypto code runs in Node too (test/e2e runs it in Chromium). */
import * as browser from '../../src/platform/browser/crypto.ts';
import * as node from '../../src/platform/node/crypto.ts';
import { createVerifier } from '../../src/platform/node/verifier.ts';
import { cryptoContract, hashContract } from './crypto.ts';

hashContract('node', node);
cryptoContract('node', { ...node, createVerifier: () => createVerifier() });
cryptoContract('node without sodium-native', {
  ...node,
  createVerifier: () => createVerifier({ library: 'node:crypto' }),
});
hashContract('browser', browser);
cryptoContract('browser', browser);

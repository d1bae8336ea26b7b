/** The worked bytes of spec/01-identity.md, made by the code itself out of the root seed 00 01 02 … 1f. */
import { toHex, utf8 } from '../src/core/bytes.ts';
import { type IdentitySecret, seedsOf } from '../src/core/identity/derive.ts';
import { fingerprint, safetyNumber } from '../src/core/identity/safety-number.ts';
import { dot1Of, userOf } from '../src/core/identity/spelling.ts';
import { wordsFromSeed } from '../src/core/identity/words.ts';
import { agreementFromSeed, sha256, signerFromSeed } from '../src/platform/node/crypto.ts';
import { encodeKeyFile } from '../src/platform/node/key-file.ts';
import type { Vector } from './spec-vectors.ts';

const root = Uint8Array.from({ length: 32 }, (_, i) => i);
const PASSPHRASE = 'correct horse battery staple';

export async function identityVectors(): Promise<Record<string, Vector>> {
  const secret: IdentitySecret = { kind: 'root', root };
  const seeds = seedsOf(sha256, secret);
  const signer = signerFromSeed(seeds.signing);
  return {
    root: { hex: toHex(root) },
    words: { text: wordsFromSeed(root).join(' ') },
    'signing-seed': { hex: toHex(seeds.signing) },
    'agreement-seed': { hex: toHex(seeds.agreement) },
    'imported-agreement-seed': { hex: toHex(seedsOf(sha256, { kind: 'imported', signing: root }).agreement) },
    key: { hex: toHex(signer.key) },
    'agreement-key': { hex: toHex(agreementFromSeed(seeds.agreement).key) },
    dot1: { text: dot1Of(sha256, signer.key) },
    user: { text: userOf(signer.key) },
    ...fingerprints(signer.key, agreementFromSeed(seeds.agreement).key),
    signature: { hex: toHex(await signer.sign(utf8('hello'))), message: 'hello' },
    'key-file': { text: JSON.stringify(JSON.parse(await encodeKeyFile(secret, noRandom))) },
    ...(await sealedFile(secret)),
  };
}

function fingerprints(key: Uint8Array, agreementKey: Uint8Array): Record<string, Vector> {
  const own = { key, agreementKey };
  const other = { key: new Uint8Array(32).fill(0x11), agreementKey: new Uint8Array(32).fill(0x12) };
  return {
    fingerprint: { text: fingerprint(sha256, own) },
    'fingerprint-other': { text: fingerprint(sha256, other), keys: '11…, 12…' },
    'safety-number': { text: safetyNumber(sha256, own, other) },
  };
}

async function sealedFile(secret: IdentitySecret): Promise<Record<string, Vector>> {
  let next = 0;
  const counting = (length: number) => Uint8Array.from({ length }, () => next++ & 0xff);
  const file = JSON.parse(await encodeKeyFile(secret, counting, PASSPHRASE));
  const { sealed, ...header } = file;
  return {
    'sealed-header': { text: JSON.stringify(header), passphrase: PASSPHRASE },
    'sealed-secret': { hex: sealed, plaintext: JSON.stringify({ root: toHex(root) }) },
    'sealed-file': { file },
  };
}

const noRandom = (): never => {
  throw new Error('a bare key file draws no lots');
};

/**
 * One verdict everywhere: the cases on which Ed25519 libraries differ get the verdict of spec/01-identity.md#signatures
 * from each library that the program may meet in Node. test/e2e/speccheck.test.ts asks Chromium the same.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parsePiper, toEnvelope } from '../../src/core/envelope/piper.ts';
import type { Verifier } from '../../src/core/ports.ts';
import { createVerifier as createBrowserVerifier } from '../../src/platform/browser/crypto.ts';
import { createVerifier, type VerifierOptions } from '../../src/platform/node/verifier.ts';
import { loadLibrary } from '../../src/platform/node/verifier-library.ts';
import { hex } from '../hex.ts';
import { speccheckCases, torsionCases } from './cases.ts';
import { verifyStrictly } from './curve.ts';

const vectors = JSON.parse(readFileSync(new URL('../vectors/piperchat.json', import.meta.url), 'utf8'));
const published: { envelope: unknown; verify: { ok: boolean } }[] = [
  ...vectors.v1_1,
  ...vectors.v1_2,
  ...vectors.v1_2_tampered,
];
const speccheck = speccheckCases();
const torsion = torsionCases();

const WITHOUT_SODIUM = loadLibrary('sodium-native') === undefined && 'the optional sodium-native does not load here';

interface Candidate {
  readonly name: string;
  readonly skip?: string | false;
  create(): Verifier;
}

const node = (library: NonNullable<VerifierOptions['library']>, inline: number) => () =>
  createVerifier({ library, inline, workers: 1 });

const CANDIDATES: readonly Candidate[] = [
  { name: 'Node with sodium-native', skip: WITHOUT_SODIUM, create: node('sodium-native', 1000) },
  { name: 'Node with sodium-native, in workers', skip: WITHOUT_SODIUM, create: node('sodium-native', 0) },
  { name: 'Node without sodium-native', create: node('node:crypto', 1000) },
  { name: 'Node without sodium-native, in workers', create: node('node:crypto', 0) },
  { name: "WebCrypto of Node, through the browser's adapter", create: createBrowserVerifier },
];

test('of the twelve speccheck vectors exactly the fourth is accepted, and the reference agrees', () => {
  assert.deepEqual(
    speccheck.map(({ accepted }) => accepted),
    Array.from({ length: 12 }, (_, i) => i === 3),
  );
  for (const { key, signature, message, accepted, reason } of speccheck) {
    assert.equal(verifyStrictly(hex(key), hex(signature), hex(message)), accepted, reason);
  }
});

test('the cases made here are of both verdicts', () => {
  assert.ok(torsion.filter(({ accepted }) => accepted).length > 10);
  assert.ok(torsion.filter(({ accepted }) => !accepted).length > 50);
});

for (const { name, skip, create } of CANDIDATES) {
  test(`${name}: the verdict on every case is that of the strict rule`, { skip: skip ?? false }, async () => {
    const verifier = create();
    for (const { key, signature, message, accepted, reason } of [...speccheck, ...torsion]) {
      assert.equal(await verifier.verify(hex(key), hex(signature), hex(message)), accepted, reason);
    }
    await verifier.close();
  });

  test(`${name}: published piperchat envelopes get the verdict of their client`, { skip: skip ?? false }, async () => {
    const verifier = create();
    for (const { envelope, verify } of published) {
      const { key, signature, signed } = toEnvelope(parsePiper(envelope, { fresh: { id: '', createdAt: '' } }).message);
      assert.equal(await verifier.verify(key, signature, signed), verify.ok, JSON.stringify(envelope));
    }
    await verifier.close();
  });
}

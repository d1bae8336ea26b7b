/** The browser's cryptography as functions over hex, for a test outside to call through the page. */
import { toHex } from '../../src/core/bytes.ts';
import {
  agreementFromSeed,
  ciphers,
  createVerifier,
  random,
  sha256,
  signerFromSeed,
} from '../../src/platform/browser/crypto.ts';
import { forgetRootSeed, loadOrCreateKeys, rootSeed } from '../../src/platform/browser/keys.ts';
import type { SignatureCase } from '../speccheck/cases.ts';

const bytes = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

const verifiers = [createVerifier()];

export const page = {
  sha256: (message: string) => toHex(sha256(bytes(message))),
  random: (length: number) => toHex(random(length)),
  hkdf: async (secret: string, salt: string, info: string, length: number) =>
    toHex(await ciphers.hkdfSha256(bytes(secret), bytes(salt), bytes(info), length)),
  encrypt: async (key: string, nonce: string, plaintext: string, associated?: string) =>
    toHex(await ciphers.encrypt(bytes(key), bytes(nonce), bytes(plaintext), optional(associated))),
  async decrypt(key: string, nonce: string, sealed: string, associated?: string) {
    const plaintext = await ciphers.decrypt(bytes(key), bytes(nonce), bytes(sealed), optional(associated));
    return plaintext && toHex(plaintext);
  },
  signingKey: async (seed: string) => toHex((await signerFromSeed(bytes(seed))).key),
  sign: async (seed: string, message: string) => toHex(await (await signerFromSeed(bytes(seed))).sign(bytes(message))),
  agreementKey: async (seed: string) => toHex((await agreementFromSeed(bytes(seed))).key),
  agree: async (seed: string, other: string) => toHex(await (await agreementFromSeed(bytes(seed))).agree(bytes(other))),
  /** Its number. */
  createVerifier: () => verifiers.push(createVerifier()) - 1,
  closeVerifier: (verifier: number) => verifiers[verifier]?.close(),
  verify: async (verifier: number, key: string, signature: string, message: string) =>
    (await verifiers[verifier]?.verify(bytes(key), bytes(signature), bytes(message))) ?? false,
  verdicts: (cases: readonly SignatureCase[]) =>
    Promise.all(cases.map(({ key, signature, message }) => page.verify(0, key, signature, message))),
  async identity(name: string) {
    const { signer, agreement, created } = await loadOrCreateKeys(name);
    const signature = toHex(await signer.sign(bytes('aa')));
    return { key: toHex(signer.key), agreement: toHex(agreement.key), created, signature };
  },
  async rootSeed(name: string) {
    const seed = await rootSeed(name);
    return seed && toHex(seed);
  },
  forgetRootSeed,
};

export type Page = typeof page;

/** Errors cross into the test by name and message alone. */
export type Answer = { value: unknown } | { error: { name: string; message: string } };

async function call(name: keyof Page, parameters: unknown[]): Promise<Answer> {
  try {
    const run = page[name] as (...all: unknown[]) => unknown;
    return { value: await run(...parameters) };
  } catch (error) {
    const { name: kind, message } = error as Error;
    return { error: { name: kind, message } };
  }
}

const optional = (hex: string | undefined): Uint8Array | undefined => (hex === undefined ? undefined : bytes(hex));

Object.assign(globalThis, { call });

/**
 * Cryptography, clock and random of the browser, behind the ports: WebCrypto, and SHA-256 from @noble/hashes
 * because the core asks for it synchronously. Secrets live in CryptoKeys that cannot be read out again. WebCrypto is
 * there in secure contexts alone (https, or localhost); elsewhere a UsageError says so at first use.
 */
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { equalConstantTime, toHex } from '../../core/bytes.ts';
import { UsageError, VerificationError } from '../../core/errors.ts';
import { SEED_BYTES } from '../../core/identity/derive.ts';
import { isStrict } from '../../core/identity/signature.ts';
import type { Agreement, Ciphers, Clock, Random, Sha256, Signer, Verifier } from '../../core/ports.ts';

export const sha256: Sha256 = (bytes) => nobleSha256(bytes);

export const random: Random = (length) => {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += MOST_RANDOM) crypto.getRandomValues(bytes.subarray(at, at + MOST_RANDOM));
  return bytes;
};

export const clock: Clock = {
  now: () => Date.now(),
  after(ms, task) {
    let timer: ReturnType<typeof setTimeout>;
    const wait = (left: number): void => {
      const step = Math.min(left, LONGEST_TIMER);
      timer = setTimeout(() => (left > step ? wait(left - step) : task()), step);
    };
    wait(ms);
    return () => clearTimeout(timer);
  },
};

export const ciphers: Ciphers = {
  async hkdfSha256(secret, salt, info, length) {
    const key = await subtle().importKey('raw', own(secret), 'HKDF', false, ['deriveBits']);
    const parameters = { name: 'HKDF', hash: 'SHA-256', salt: own(salt), info: own(info) };
    return new Uint8Array(await subtle().deriveBits(parameters, key, length * 8));
  },
  async encrypt(key, nonce, plaintext, associated = NOTHING) {
    const parameters = { name: 'AES-GCM', iv: own(nonce), additionalData: own(associated) };
    return new Uint8Array(await subtle().encrypt(parameters, await aesKey(key, 'encrypt'), own(plaintext)));
  },
  async decrypt(key, nonce, sealed, associated = NOTHING) {
    const secret = await aesKey(key, 'decrypt');
    const parameters = { name: 'AES-GCM', iv: own(nonce), additionalData: own(associated) };
    try {
      return new Uint8Array(await subtle().decrypt(parameters, secret, own(sealed)));
    } catch (error) {
      if (isOperationError(error)) return undefined;
      throw error;
    }
  },
};

/** What a key pair is kept as: a secret that only WebCrypto can use, and its public half. */
export interface StoredKey {
  readonly secret: CryptoKey;
  readonly key: Uint8Array<ArrayBuffer>;
}

export const signerFromSeed = async (seed: Uint8Array): Promise<Signer> =>
  signerFromKey(await storedKey('Ed25519', seed));

export const agreementFromSeed = async (seed: Uint8Array): Promise<Agreement> =>
  agreementFromKey(await storedKey('X25519', seed));

export function signerFromKey({ secret, key }: StoredKey): Signer {
  return { key, sign: async (message) => new Uint8Array(await subtle().sign('Ed25519', secret, own(message))) };
}

export function agreementFromKey({ secret, key }: StoredKey): Agreement {
  return { key, agree: (other) => agree(secret, other) };
}

/** A non-extractable key pair out of a 32-byte seed. */
export async function storedKey(algorithm: 'Ed25519' | 'X25519', seed: Uint8Array): Promise<StoredKey> {
  if (seed.length !== SEED_BYTES) {
    throw new UsageError(`Cannot make a key: expected a seed of 32 bytes, got ${seed.length}`);
  }
  const pkcs8 = new Uint8Array([...PKCS8[algorithm], ...seed]);
  const usages: KeyUsage[] = algorithm === 'Ed25519' ? ['sign'] : ['deriveBits'];
  const readable = await supported(algorithm, subtle().importKey('pkcs8', pkcs8, algorithm, true, usages));
  const { x = '' } = await subtle().exportKey('jwk', readable);
  const secret = await subtle().importKey('pkcs8', pkcs8, algorithm, false, usages);
  pkcs8.fill(0);
  return { secret, key: fromBase64Url(x) };
}

/** Ed25519 by the strict rule (spec/01-identity.md#signatures). The browser does the work off the page's thread. */
export function createVerifier(): Verifier {
  const keys = new Map<string, Promise<CryptoKey>>();
  let closed = false;
  const importKey = (key: Uint8Array): Promise<CryptoKey> => {
    const name = toHex(key);
    const known = keys.get(name);
    if (known !== undefined) return known;
    if (keys.size >= MOST_KEYS) keys.delete(keys.keys().next().value ?? '');
    const imported = supported('Ed25519', subtle().importKey('raw', own(key), 'Ed25519', false, ['verify']));
    keys.set(name, imported);
    return imported;
  };
  return {
    async verify(key, signature, message) {
      if (closed) throw new UsageError('Cannot verify: the verifier is closed');
      if (!isStrict(key, signature)) return false;
      const imported = await importKey(key).catch(falseUnlessUsage);
      return imported !== false && subtle().verify('Ed25519', imported, own(signature), own(message));
    },
    async close() {
      closed = true;
    },
  };
}

/** WebCrypto, or a UsageError that says why there is none. */
export function subtle(): SubtleCrypto {
  const api = globalThis.crypto?.subtle;
  if (api !== undefined) return api;
  const origin = globalThis.location?.origin ?? 'an insecure origin';
  throw new UsageError(`Cannot use keys on this page: expected https or localhost, got ${origin}`);
}

/** setTimeout fires at once for anything longer. */
const LONGEST_TIMER = 2 ** 31 - 1;
/** getRandomValues gives no more at once. */
const MOST_RANDOM = 65_536;
/** Imported keys that are kept for the next signature. */
const MOST_KEYS = 256;
const NOTHING = new Uint8Array(0);

/** DER up to the 32 key bytes: RFC 8410. */
const PKCS8 = {
  Ed25519: [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20],
  X25519: [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20],
} as const;

/** WebCrypto refuses shared memory at run time; its types ask for the promise here. */
const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => bytes as Uint8Array<ArrayBuffer>;

const aesKey = (key: Uint8Array, usage: 'encrypt' | 'decrypt'): Promise<CryptoKey> => {
  if (key.length !== 32) throw new UsageError(`Cannot use AES-256-GCM: expected a key of 32 bytes, got ${key.length}`);
  return subtle().importKey('raw', own(key), 'AES-GCM', false, [usage]);
};

async function agree(secret: CryptoKey, other: Uint8Array): Promise<Uint8Array> {
  if (other.length !== SEED_BYTES)
    throw new UsageError(`Cannot agree: expected a key of 32 bytes, got ${other.length}`);
  const publicKey = await subtle().importKey('raw', own(other), 'X25519', false, []);
  const shared = await sharedSecret(secret, publicKey);
  if (shared === undefined || equalConstantTime(shared, new Uint8Array(32))) {
    throw new VerificationError('Cannot agree: the public key has small order');
  }
  return shared;
}

/** Undefined where WebCrypto refuses, which it does for an all-zero result. */
async function sharedSecret(secret: CryptoKey, publicKey: CryptoKey): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await subtle().deriveBits({ name: 'X25519', public: publicKey }, secret, 256));
  } catch (error) {
    if (isOperationError(error)) return undefined;
    throw error;
  }
}

async function supported<T>(algorithm: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (!isNamed(cause, 'NotSupportedError')) throw cause;
    throw new UsageError(`Cannot use keys in this browser: it lacks ${algorithm}; a current version has it`, { cause });
  }
}

/** A key that is no point on the curve verifies nothing; a missing algorithm is the caller's to know. */
function falseUnlessUsage(error: unknown): false {
  if (error instanceof UsageError) throw error;
  return false;
}

const isOperationError = (error: unknown): boolean => isNamed(error, 'OperationError');
const isNamed = (error: unknown, name: string): boolean => error instanceof DOMException && error.name === name;

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const characters = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(characters, (character) => character.charCodeAt(0));
}

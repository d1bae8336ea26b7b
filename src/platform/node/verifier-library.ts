/**
 * The bare Ed25519 check of a library, for signatures that have passed isStrict: sodium-native where it loads
 * (about twice as fast, and optional), else node:crypto.
 */
import { createPublicKey, verify } from 'node:crypto';
import { createRequire } from 'node:module';

export type Check = (key: Uint8Array, signature: Uint8Array, message: Uint8Array) => boolean;
export type LibraryName = 'sodium-native' | 'node:crypto';

export interface Library {
  readonly name: LibraryName;
  readonly check: Check;
}

/** The named library, else the fastest that loads. Undefined where sodium-native is named and does not load. */
export function loadLibrary(name: 'node:crypto'): Library;
export function loadLibrary(name: 'sodium-native'): Library | undefined;
export function loadLibrary(name?: LibraryName): Library;
export function loadLibrary(name?: LibraryName): Library | undefined {
  const check = name === 'node:crypto' ? undefined : sodiumCheck();
  if (check !== undefined) return { name: 'sodium-native', check };
  return name === 'sodium-native' ? undefined : { name: 'node:crypto', check: nodeCheck };
}

interface Sodium {
  crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean;
}

function sodiumCheck(): Check | undefined {
  try {
    const sodium: Sodium = createRequire(import.meta.url)('sodium-native');
    return (key, signature, message) => sodium.crypto_sign_verify_detached(signature, message, key);
  } catch {
    return undefined;
  }
}

/** DER up to the 32 key bytes: RFC 8410. */
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');

function nodeCheck(key: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean {
  try {
    const publicKey = createPublicKey({ key: Buffer.concat([ED25519_SPKI, key]), format: 'der', type: 'spki' });
    return verify(null, message, publicKey, signature);
  } catch {
    return false;
  }
}

/**
 * Cryptography, clock and random of Node, behind the ports: all of it node:crypto, done at once on the calling
 * thread, because each of these takes microseconds and a hop to a thread pool takes longer. Signature checks,
 * which do cost, are verifier.ts.
 */
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hash,
  hkdfSync,
  type KeyObject,
  randomFillSync,
  sign,
} from 'node:crypto';
import { concat, equalConstantTime } from '../../core/bytes.ts';
import { UsageError, VerificationError } from '../../core/errors.ts';
import { SEED_BYTES } from '../../core/identity/derive.ts';
import type { Agreement, Ciphers, Clock, Random, Sha256, Signer } from '../../core/ports.ts';

export const sha256: Sha256 = (bytes) => new Uint8Array(hash('sha256', bytes, 'buffer'));

export const random: Random = (length) => randomFillSync(new Uint8Array(length));

export const clock: Clock = {
  now: () => Date.now(),
  after(ms, task) {
    let timer: NodeJS.Timeout;
    const wait = (left: number): void => {
      timer = setTimeout(
        () => (left > LONGEST_TIMER ? wait(left - LONGEST_TIMER) : task()),
        Math.min(left, LONGEST_TIMER),
      );
      timer.unref();
    };
    wait(ms);
    return () => clearTimeout(timer);
  },
};

export const ciphers: Ciphers = {
  async hkdfSha256(secret, salt, info, length) {
    return new Uint8Array(hkdfSync('sha256', secret, salt, info, length));
  },
  async encrypt(key, nonce, plaintext, associated = NOTHING) {
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    cipher.setAAD(associated);
    return concat(cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
  },
  async decrypt(key, nonce, sealed, associated = NOTHING) {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    if (sealed.length < TAG_BYTES) return undefined;
    decipher.setAAD(associated);
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    const plaintext = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
    try {
      return concat(plaintext, decipher.final());
    } catch {
      return undefined;
    }
  },
};

/** An Ed25519 signer out of its 32-byte seed (RFC 8032). */
export function signerFromSeed(seed: Uint8Array): Signer {
  const secret = privateKey(ED25519_PKCS8, seed);
  return {
    key: publicBytes(secret),
    sign: async (message) => new Uint8Array(sign(null, message, secret)),
  };
}

/** An X25519 key agreement out of its 32-byte private key (RFC 7748; clamped when used). */
export function agreementFromSeed(seed: Uint8Array): Agreement {
  const secret = privateKey(X25519_PKCS8, seed);
  return { key: publicBytes(secret), agree: async (other) => agree(secret, other) };
}

/** setTimeout fires at once for anything longer. */
const LONGEST_TIMER = 2 ** 31 - 1;
const NOTHING = new Uint8Array(0);
const TAG_BYTES = 16;

/** DER up to the 32 key bytes: RFC 8410. */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const X25519_PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex');
const X25519_SPKI = Buffer.from('302a300506032b656e032100', 'hex');

function privateKey(prefix: Buffer, seed: Uint8Array): KeyObject {
  if (seed.length !== SEED_BYTES)
    throw new UsageError(`Cannot make a key: expected a seed of 32 bytes, got ${seed.length}`);
  return createPrivateKey({ key: Buffer.concat([prefix, seed]), format: 'der', type: 'pkcs8' });
}

function publicBytes(secret: KeyObject): Uint8Array {
  return new Uint8Array(createPublicKey(secret).export({ format: 'der', type: 'spki' }).subarray(-32));
}

function agree(secret: KeyObject, other: Uint8Array): Uint8Array {
  if (other.length !== SEED_BYTES)
    throw new UsageError(`Cannot agree: expected a key of 32 bytes, got ${other.length}`);
  const publicKey = createPublicKey({ key: Buffer.concat([X25519_SPKI, other]), format: 'der', type: 'spki' });
  const shared = sharedSecret(secret, publicKey);
  if (shared === undefined || equalConstantTime(shared, new Uint8Array(32))) {
    throw new VerificationError('Cannot agree: the public key has small order');
  }
  return shared;
}

/** Undefined where OpenSSL refuses, which it does for an all-zero result. */
function sharedSecret(secret: KeyObject, publicKey: KeyObject): Uint8Array | undefined {
  try {
    return new Uint8Array(diffieHellman({ privateKey: secret, publicKey }));
  } catch {
    return undefined;
  }
}

/**
 * Who the client is, out of the keys that its options name. What can be derived is: public keys from private ones,
 * the dot1 from the signing key. What contradicts itself is refused at once, not at the first message.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fromHex, toHex } from '../core/bytes.ts';
import { UsageError } from '../core/errors.ts';
import { dot1Of } from '../core/identity/spelling.ts';
import type { Agreement, Random, Sha256, Signer } from '../core/ports.ts';
import { isDot1 } from '../core/scope.ts';
import { agreementFromSeed, signerFromSeed } from '../platform/node/crypto.ts';
import { parseCellFile } from './cell.ts';
import type { KeySet, PiperClientOptions } from './types.ts';

export interface Identity {
  readonly dot1: string | undefined;
  readonly signer: Signer | undefined;
  readonly agreement: Agreement | undefined;
}

export interface SealingIdentity extends Identity {
  readonly dot1: string;
  readonly signer: Signer;
  readonly agreement: Agreement;
}

/** Throws UsageError for malformed or contradictory keys. */
export function identityOf(options: PiperClientOptions, sha256: Sha256): Identity {
  const cell = options.cellPath === undefined ? null : parseCellFile(options.cellPath);
  const signer = signerOf(options.ed25519PrivHex);
  const agreement = agreementOf(options.x25519PrivHex);
  const signingKey = samePublic('ed25519', signer, options.ed25519PubHex ?? cell?.ed25519_pub);
  samePublic('x25519', agreement, options.x25519PubHex ?? cell?.x25519_pub ?? undefined);
  const dot1 = options.dot1 ?? cell?.dot1 ?? (signingKey && dot1Of(sha256, signingKey));
  if (dot1 !== undefined && !isDot1(dot1)) throw malformed('dot1', 'dot1: and 16 hex characters');
  return { dot1, signer, agreement };
}

export const canSign = (identity: Identity): identity is Identity & { dot1: string; signer: Signer } =>
  identity.dot1 !== undefined && identity.signer !== undefined;

export const canSeal = (identity: Identity): identity is SealingIdentity =>
  canSign(identity) && identity.agreement !== undefined;

/** Throws UsageError naming the keys that are missing. */
export function sealing(identity: Identity, what: string): SealingIdentity {
  if (canSeal(identity)) return identity;
  const missing = [
    identity.signer === undefined && 'ed25519PrivHex',
    identity.agreement === undefined && 'x25519PrivHex',
  ].filter((name) => name !== false);
  throw new UsageError(
    `Cannot ${what}: expected signing and X25519 keys, got no ${missing.join(' and no ')}; ` +
      'PiperClient.generateKeys() makes a full set',
  );
}

export function generateKeys(sha256: Sha256, random: Random): KeySet {
  const [signingSeed, agreementSeed] = [random(32), random(32)];
  const { key } = signerFromSeed(signingSeed);
  return {
    dot1: dot1Of(sha256, key),
    ed25519PubHex: toHex(key),
    ed25519PrivHex: toHex(signingSeed) + toHex(key),
    x25519PubHex: toHex(agreementFromSeed(agreementSeed).key),
    x25519PrivHex: toHex(agreementSeed),
  };
}

/** The keys kept in a file, made and written with mode 0600 where there is none. */
export function keysInFile(path: string, fresh: () => KeySet): KeySet {
  mkdirSync(dirname(path), { recursive: true });
  try {
    writeFileSync(path, `${JSON.stringify(fresh(), null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const keys: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (isKeySet(keys)) return keys;
  throw new UsageError(`Cannot read keys: expected the key set of an agent in ${path}, got something else`);
}

const isKeySet = (value: unknown): value is KeySet =>
  typeof value === 'object' &&
  value !== null &&
  ['dot1', 'ed25519PubHex', 'ed25519PrivHex', 'x25519PubHex', 'x25519PrivHex'].every(
    (name) => typeof (value as Record<string, unknown>)[name] === 'string',
  );

function signerOf(hex: string | undefined): Signer | undefined {
  if (hex === undefined) return undefined;
  const bytes = fromHex(hex.toLowerCase());
  if (bytes?.length !== 32 && bytes?.length !== 64) throw malformed('ed25519PrivHex', '128 (or 64) hex characters');
  const signer = signerFromSeed(bytes.subarray(0, 32));
  if (bytes.length === 64 && toHex(bytes.subarray(32)) !== toHex(signer.key)) {
    throw malformed('ed25519PrivHex', 'a seed followed by its own public key');
  }
  return signer;
}

function agreementOf(hex: string | undefined): Agreement | undefined {
  if (hex === undefined) return undefined;
  const bytes = fromHex(hex.toLowerCase(), 32);
  if (bytes === undefined) throw malformed('x25519PrivHex', '64 hex characters');
  return agreementFromSeed(bytes);
}

/** The public key; throws where the stated one is malformed or isn't that of the private key. */
function samePublic(kind: string, secret: { key: Uint8Array } | undefined, stated: string | undefined) {
  if (stated === undefined) return secret?.key;
  const key = fromHex(stated.toLowerCase(), 32);
  if (key === undefined) throw malformed(`${kind}PubHex`, '64 hex characters');
  if (secret !== undefined && toHex(secret.key) !== toHex(key)) {
    throw malformed(`${kind}PubHex`, `the public key of ${kind}PrivHex`);
  }
  return key;
}

const malformed = (name: string, expected: string): UsageError =>
  new UsageError(`Cannot use ${name}: expected ${expected}, got something else`);

/**
 * The key of this installation's log on disk: DATA_DIR/log-key.json, a key file as identity.json is
 * (spec/01-identity.md#key-file). Random, never derived from the words: a restored identity starts a new log. One that
 * was imported from another Pigeon client carries no certificate of the identity.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError, UsageError } from '../../core/errors.ts';
import { type IdentitySecret, SEED_BYTES, seedsOf } from '../../core/identity/derive.ts';
import type { Signer } from '../../core/ports.ts';
import { createFile } from './create-file.ts';
import { random, sha256, signerFromSeed } from './crypto.ts';
import { decodeKeyFile, encodeKeyFile } from './key-file.ts';
import type { KeyOptions } from './keys.ts';

export interface LogKey {
  readonly signer: Signer;
  /** Ed25519 secret, 32 bytes, for transports that sign with it themselves. */
  readonly seed: Uint8Array;
  /** Made here, not imported: the identity certifies it. */
  readonly isOwn: boolean;
}

/** The log key of this directory; a new one where there is none. */
export const loadOrCreateLogKey = (dataDir: string, options: KeyOptions = {}): Promise<LogKey> =>
  loadOrCreate(logKeyPath(dataDir), options);

/** The key of the relay in this directory: a peer beside that of the directory's identity, with a store of its own. */
export const loadOrCreateRelayKey = (dataDir: string): Promise<LogKey> =>
  loadOrCreate(join(dataDir, 'relay-key.json'), {});

/** Goes on with a log of another Pigeon client, on this device alone from now on. */
export async function importLogSeed(dataDir: string, seed: Uint8Array, options: KeyOptions = {}): Promise<LogKey> {
  const secret: IdentitySecret = { kind: 'imported', signing: seed, agreement: undefined };
  if (await create(logKeyPath(dataDir), secret, options)) return keyOf(secret);
  throw new UsageError(`Cannot import log key: ${logKeyPath(dataDir)} holds one already; move it away first`);
}

export const logKeyPath = (dataDir: string): string => join(dataDir, 'log-key.json');

async function loadOrCreate(path: string, options: KeyOptions): Promise<LogKey> {
  const present = await load(path, options);
  if (present !== undefined) return keyOf(present);
  const secret: IdentitySecret = { kind: 'root', root: random(SEED_BYTES) };
  return (await create(path, secret, options)) ? keyOf(secret) : loadOrCreate(path, options);
}

const keyOf = (secret: IdentitySecret): LogKey => {
  const seed = seedsOf(sha256, secret).signing;
  return { signer: signerFromSeed(seed), seed, isOwn: secret.kind === 'root' };
};

async function load(path: string, { passphrase }: KeyOptions): Promise<IdentitySecret | undefined> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    if (cause.code === 'ENOENT') return undefined;
    throw new StorageError(`Cannot read log key: ${path}: ${cause.message}`, { cause });
  });
  return text === undefined ? undefined : decodeKeyFile(text, passphrase);
}

/** False where there is one already. */
async function create(path: string, secret: IdentitySecret, { passphrase }: KeyOptions): Promise<boolean> {
  try {
    return await createFile(path, await encodeKeyFile(secret, random, passphrase));
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StorageError(`Cannot write log key: ${path}: ${reason}`, { cause });
  }
}

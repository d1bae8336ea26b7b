/**
 * An installation's identity on disk: DATA_DIR/identity.json (spec/01-identity.md#key-file), mode 0600, on disk
 * before it is used. Of several processes that start at once on an empty directory one creates it, and the others
 * read what it made. Nothing here ever overwrites an identity.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError, UsageError } from '../../core/errors.ts';
import { type IdentitySecret, SEED_BYTES, seedsOf } from '../../core/identity/derive.ts';
import type { Agreement, Signer } from '../../core/ports.ts';
import { createFile } from './create-file.ts';
import { agreementFromSeed, random, sha256, signerFromSeed } from './crypto.ts';
import { decodeKeyFile, encodeKeyFile } from './key-file.ts';

export interface Keys {
  readonly signer: Signer;
  readonly agreement: Agreement;
  /** Whether this call made the identity. */
  readonly created: boolean;
}

export interface KeyOptions {
  /** Seals the file when it is created; needed to open one that is sealed. */
  readonly passphrase?: string | undefined;
}

/** The identity of this directory; a new one where there is none. */
export async function loadOrCreateKeys(dataDir: string, options: KeyOptions = {}): Promise<Keys> {
  const present = await load(dataDir, options);
  if (present !== undefined) return { ...keysOf(present), created: false };
  const secret: IdentitySecret = { kind: 'root', root: random(SEED_BYTES) };
  if (await create(dataDir, secret, options)) return { ...keysOf(secret), created: true };
  return loadOrCreateKeys(dataDir, options);
}

/** Takes over an identity that exists elsewhere: its root seed (the 24 words), or the seeds of another program's. */
export async function importSeed(dataDir: string, secret: IdentitySecret, options: KeyOptions = {}): Promise<Keys> {
  const keys = keysOf(secret);
  if (await create(dataDir, secret, options)) return { ...keys, created: true };
  throw new UsageError(`Cannot import identity: ${keyFilePath(dataDir)} holds one already; move it away first`);
}

/** The root seed, to be shown as words. Undefined where there is no identity, or an imported one without words. */
export async function rootSeed(dataDir: string, options: KeyOptions = {}): Promise<Uint8Array | undefined> {
  const secret = await load(dataDir, options);
  return secret?.kind === 'root' ? secret.root : undefined;
}

export const keyFilePath = (dataDir: string): string => join(dataDir, 'identity.json');

function keysOf(secret: IdentitySecret): { signer: Signer; agreement: Agreement } {
  const seeds = seedsOf(sha256, secret);
  return { signer: signerFromSeed(seeds.signing), agreement: agreementFromSeed(seeds.agreement) };
}

async function load(dataDir: string, { passphrase }: KeyOptions): Promise<IdentitySecret | undefined> {
  const path = keyFilePath(dataDir);
  const text = await readFile(path, 'utf8').catch((cause) => {
    if (cause.code === 'ENOENT') return undefined;
    throw new StorageError(`Cannot read identity: ${path}: ${cause.message}`, { cause });
  });
  return text === undefined ? undefined : decodeKeyFile(text, passphrase);
}

/** False where there is an identity already. */
async function create(dataDir: string, secret: IdentitySecret, { passphrase }: KeyOptions): Promise<boolean> {
  const path = keyFilePath(dataDir);
  try {
    return await createFile(path, await encodeKeyFile(secret, random, passphrase));
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StorageError(`Cannot write identity: ${path}: ${reason}`, { cause });
  }
}

/**
 * A browser's identity in IndexedDB: signing and agreement keys that scripts can use and cannot read
 * (spec/01-identity.md#browsers). The root seed is kept beside them, sealed under another such key, until the person
 * has confirmed its 24 words and forgetRootSeed removes it. Of several tabs that start at once one creates the
 * identity, and the others use it: IndexedDB adds a record once. Nothing here overwrites an identity.
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { concat, utf8 } from '../../core/bytes.ts';
import { StorageError, UsageError, VerificationError } from '../../core/errors.ts';
import { type IdentitySecret, SEED_BYTES, seedsOf } from '../../core/identity/derive.ts';
import type { Agreement, Signer } from '../../core/ports.ts';
import { LABELS } from '../../core/registry.ts';
import { agreementFromKey, random, type StoredKey, sha256, signerFromKey, storedKey, subtle } from './crypto.ts';

export interface Keys {
  readonly signer: Signer;
  readonly agreement: Agreement;
  /** Whether this call made the identity. */
  readonly created: boolean;
}

/** The identity of this name in this browser; a new one where there is none. */
export async function loadOrCreateKeys(databaseName: string): Promise<Keys> {
  const present = await load(databaseName);
  if (present !== undefined) return keysOf(present, false);
  const identity = await storedIdentity({ kind: 'root', root: random(SEED_BYTES) });
  if (await create(databaseName, identity)) return keysOf(identity, true);
  return loadOrCreateKeys(databaseName);
}

/** Takes over an identity that exists elsewhere: its root seed (the 24 words), or the seeds of another program's. */
export async function importSeed(databaseName: string, secret: IdentitySecret): Promise<Keys> {
  const identity = await storedIdentity(secret);
  if (await create(databaseName, identity)) return keysOf(identity, true);
  throw new UsageError('Cannot import identity: this browser has one already');
}

/** Whether there is one. Asking makes nothing, not even an empty database. */
export async function hasKeys(databaseName: string): Promise<boolean> {
  subtle();
  const databases = await indexedDB.databases();
  return databases.some(({ name }) => name === `${databaseName}-keys`) && (await load(databaseName)) !== undefined;
}

/** The root seed, to be shown as words. Undefined where there is none, or not any more. */
export async function rootSeed(databaseName: string): Promise<Uint8Array | undefined> {
  const identity = await load(databaseName);
  return identity?.seed === undefined ? undefined : openSeed(identity.seed, identity.signing.key);
}

/** Once the words are written down and confirmed: from now on nothing here can show them again. */
export async function forgetRootSeed(databaseName: string): Promise<void> {
  await withDatabase(databaseName, async (database) => {
    const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' });
    const identity = await transaction.store.get(SELF);
    if (identity !== undefined) await transaction.store.put({ ...identity, seed: undefined }, SELF);
    await transaction.done;
  });
}

interface SealedSeed {
  readonly key: CryptoKey;
  readonly nonce: Uint8Array<ArrayBuffer>;
  readonly sealed: Uint8Array<ArrayBuffer>;
}

interface StoredIdentity {
  readonly version: 1;
  readonly signing: StoredKey;
  readonly agreement: StoredKey;
  readonly seed: SealedSeed | undefined;
}

interface Schema extends DBSchema {
  identity: { key: string; value: StoredIdentity };
}

const STORE = 'identity';
const SELF = 'self';

function keysOf({ signing, agreement }: StoredIdentity, created: boolean): Keys {
  return { signer: signerFromKey(signing), agreement: agreementFromKey(agreement), created };
}

async function storedIdentity(secret: IdentitySecret): Promise<StoredIdentity> {
  const seeds = seedsOf(sha256, secret);
  const signing = await storedKey('Ed25519', seeds.signing);
  const agreement = await storedKey('X25519', seeds.agreement);
  return {
    version: 1,
    signing,
    agreement,
    seed: secret.kind === 'root' ? await sealSeed(secret.root, signing.key) : undefined,
  };
}

async function sealSeed(seed: Uint8Array, owner: Uint8Array): Promise<SealedSeed> {
  const key = await subtle().generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  const nonce = random(12);
  const sealed = await subtle().encrypt(seedCipher(nonce, owner), key, new Uint8Array(seed));
  return { key, nonce, sealed: new Uint8Array(sealed) };
}

async function openSeed({ key, nonce, sealed }: SealedSeed, owner: Uint8Array): Promise<Uint8Array> {
  try {
    return new Uint8Array(await subtle().decrypt(seedCipher(nonce, owner), key, sealed));
  } catch (cause) {
    throw new VerificationError('Cannot open the root seed: what this browser stored is damaged', { cause });
  }
}

const seedCipher = (iv: Uint8Array<ArrayBuffer>, owner: Uint8Array): AesGcmParams => ({
  name: 'AES-GCM',
  iv,
  additionalData: concat(utf8(LABELS.storedSeed), Uint8Array.of(0), owner),
});

async function load(databaseName: string): Promise<StoredIdentity | undefined> {
  subtle();
  const identity = await withDatabase(databaseName, (database) => database.get(STORE, SELF));
  if (identity === undefined || identity.version === 1) return identity;
  throw new StorageError('Cannot read identity: a newer version of this page stored it');
}

/** False where there is an identity already. */
function create(databaseName: string, identity: StoredIdentity): Promise<boolean> {
  return withDatabase(databaseName, async (database) => {
    const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' });
    const absent = (await transaction.store.count(SELF)) === 0;
    if (absent) await transaction.store.add(identity, SELF);
    await transaction.done;
    return absent;
  });
}

/** Apart from the store's database, so that neither waits for the other to be upgraded. */
async function withDatabase<T>(name: string, use: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
  try {
    const database = await openDB<Schema>(`${name}-keys`, 1, {
      upgrade: (created) => {
        created.createObjectStore(STORE);
      },
    });
    return await use(database).finally(() => database.close());
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StorageError(`Cannot use the browser's storage for the identity: ${reason}`, { cause });
  }
}

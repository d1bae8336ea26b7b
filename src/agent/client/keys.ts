/** Whose signature the client's packets bear: a key that was given, the identity of an installation, or a new one. */
import { UsageError } from '../../core/errors.ts';
import { SEED_BYTES } from '../../core/identity/derive.ts';
import type { Signer } from '../../core/ports.ts';
import { random, signerFromSeed } from '../../platform/node/crypto.ts';
import { loadOrCreateKeys } from '../../platform/node/keys.ts';
import type { KeepClientOptions } from './types.ts';

type KeyOptions = Pick<KeepClientOptions, 'key' | 'dataDir' | 'passphrase'>;

export async function signerOf({ key, dataDir, passphrase }: KeyOptions): Promise<Signer> {
  if (key instanceof Uint8Array) return signerFromSeed(key);
  if (key !== undefined) return key;
  if (dataDir !== undefined) return (await loadOrCreateKeys(dataDir, { passphrase })).signer;
  if (passphrase !== undefined) throw new UsageError('Cannot use a passphrase: expected dataDir beside it');
  return signerFromSeed(random(SEED_BYTES));
}

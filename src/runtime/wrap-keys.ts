/**
 * Wrap keys already derived, so that a message to a known reader costs one AES pass and no key agreement. They live in
 * memory alone, the least recently used go first, and all go with the agreement key that they came from.
 */
import { toHex, utf8 } from '../core/bytes.ts';
import type { Agreement, Ciphers } from '../core/ports.ts';
import { LABELS } from '../core/registry.ts';
import { CIPHER_KEY_BYTES } from '../core/seal/layout.ts';

export interface WrapKeys {
  /** The key between this agreement key and another's public one; undefined where the two cannot agree. */
  get(other: Uint8Array, info: Uint8Array, ciphers: Ciphers): Promise<Uint8Array | undefined>;
}

const MAX_KEYS = 2048;
const SALT = utf8(LABELS.piperWrap);
const caches = new WeakMap<Agreement, WrapKeys>();

export function wrapKeysOf(agreement: Agreement): WrapKeys {
  const known = caches.get(agreement);
  if (known !== undefined) return known;
  const fresh = createWrapKeys(agreement, MAX_KEYS);
  caches.set(agreement, fresh);
  return fresh;
}

export function createWrapKeys(agreement: Agreement, capacity: number): WrapKeys {
  const keys = new Map<string, Promise<Uint8Array | undefined>>();
  return {
    get(other, info, ciphers) {
      const name = toHex(other) + toHex(info);
      const known = keys.get(name);
      const key = known ?? derive(agreement, other, info, ciphers);
      keys.delete(name);
      keys.set(name, key);
      if (keys.size > capacity) keys.delete(keys.keys().next().value ?? name);
      if (known === undefined) forgetFailure(keys, name, key);
      return key;
    },
  };
}

/** What failed may work the next time: only keys are kept. */
function forgetFailure(keys: Map<string, unknown>, name: string, key: Promise<Uint8Array | undefined>): void {
  const forget = () => keys.delete(name);
  key.then((value) => value === undefined && forget(), forget);
}

async function derive(
  agreement: Agreement,
  other: Uint8Array,
  info: Uint8Array,
  ciphers: Ciphers,
): Promise<Uint8Array | undefined> {
  const shared = await agreement.agree(other).catch(() => undefined);
  return shared && ciphers.hkdfSha256(shared, SALT, info, CIPHER_KEY_BYTES);
}

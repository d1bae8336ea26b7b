/**
 * Body keys of earlier messages, shared with one who came later (spec/05-sealing.md#shared-history): pairs of an
 * envelope's id and the key that opens its body, inside a seal of their own.
 */
import { concat } from '../bytes.ts';
import { DecodeError } from '../errors.ts';
import { LIMITS } from '../registry.ts';
import { CIPHER_KEY_BYTES } from './layout.ts';

export interface SharedKey {
  /** Envelope id, 32 bytes. */
  readonly id: Uint8Array;
  /** 32 bytes. */
  readonly bodyKey: Uint8Array;
}

const ID_BYTES = 32;
const PAIR_BYTES = ID_BYTES + CIPHER_KEY_BYTES;

export const encodeSharedKeys = (keys: readonly SharedKey[]): Uint8Array<ArrayBuffer> =>
  concat(...keys.flatMap(({ id, bodyKey }) => [id, bodyKey]));

/** Throws DecodeError for half a pair, none, or too many. */
export function decodeSharedKeys(bytes: Uint8Array): SharedKey[] {
  const count = bytes.length / PAIR_BYTES;
  if (!Number.isInteger(count) || count < 1 || count > LIMITS.sharedKeys) {
    throw new DecodeError('shared keys', `Cannot read body: shared keys: ${bytes.length} bytes are no list of pairs`);
  }
  return Array.from({ length: count }, (_, index) => {
    const at = index * PAIR_BYTES;
    return { id: bytes.slice(at, at + ID_BYTES), bodyKey: bytes.slice(at + ID_BYTES, at + PAIR_BYTES) };
  });
}

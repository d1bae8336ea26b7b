/**
 * One verifying key and its spellings (spec/01-identity.md#spellings): `dot1:` with 16 hex characters in piperchat,
 * `pk` with 64 in keep, `USER.` with Base32 in Pigeon. A dot1 is 64 bits of a hash: a display name, never an
 * authenticator. Decoders answer undefined for anything that is no spelling.
 */
import { fromHex, toHex } from '../bytes.ts';
import type { Sha256 } from '../ports.ts';
import { fromBase32, toBase32 } from './base32.ts';
import { KEY_BYTES } from './signature.ts';

const DOT1_PREFIX = 'dot1:';
const USER_PREFIX = 'USER.';

/** The dot1 that derives from a key: the first 8 bytes of its SHA-256. */
export const dot1Of = (sha256: Sha256, key: Uint8Array): string => DOT1_PREFIX + toHex(sha256(key).subarray(0, 8));

/** Whether this dot1 belongs to this key by derivation, so that no other key may bear it. */
export const derivable = (sha256: Sha256, dot1: string, key: Uint8Array): boolean => dot1 === dot1Of(sha256, key);

/** 64 lower-case hex characters: keep's pk, and how our own formats spell a key in JSON. */
export const keyToHex = (key: Uint8Array): string => toHex(key);

export const keyFromHex = (text: string): Uint8Array<ArrayBuffer> | undefined => fromHex(text, KEY_BYTES);

export const userOf = (key: Uint8Array): string => USER_PREFIX + toBase32(key);

export function keyFromUser(text: string): Uint8Array<ArrayBuffer> | undefined {
  return text.startsWith(USER_PREFIX) ? fromBase32(text.slice(USER_PREFIX.length), KEY_BYTES) : undefined;
}

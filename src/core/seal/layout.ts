/**
 * How sealed things are laid out (spec/05-sealing.md#wraps): nonce ‖ ciphertext ‖ tag, and the info that binds a
 * wrap to one recipient and one sender. Pure layouts; the ciphers stay on the sealing side (runtime/sealing.ts).
 */
import { concat, utf8 } from '../bytes.ts';

export const CIPHER_KEY_BYTES = 32;
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
export const WRAP_BYTES = NONCE_BYTES + CIPHER_KEY_BYTES + TAG_BYTES;

/** HKDF info of a wrap key: the recipient's dot1, then the sender's, nothing between them. */
export const wrapInfo = (recipientDot1: string, senderDot1: string): Uint8Array<ArrayBuffer> =>
  utf8(recipientDot1 + senderDot1);

/** `sealed` is ciphertext ‖ tag, as AES-256-GCM gives it. */
export const joinSealed = (nonce: Uint8Array, sealed: Uint8Array): Uint8Array<ArrayBuffer> => concat(nonce, sealed);

/** Views of the two parts, or undefined where the bytes are too short to hold a nonce and a tag. */
export function splitSealed(bytes: Uint8Array): { nonce: Uint8Array; sealed: Uint8Array } | undefined {
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
  return { nonce: bytes.subarray(0, NONCE_BYTES), sealed: bytes.subarray(NONCE_BYTES) };
}

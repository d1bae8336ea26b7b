/**
 * Messages whose id says, outside the seal, that they carry keys for one reader and nothing for anybody else
 * (spec/05-sealing.md#asides). Others leave them out of what they show and count. The id is made from the sealed body,
 * so no id bears the mark by chance; published clients see a UUID.
 */
import { concat, toHex, utf8 } from '../bytes.ts';
import type { Piper12 } from '../envelope/piper-types.ts';
import type { Sha256 } from '../ports.ts';
import { LABELS } from '../registry.ts';

/** The UUID, version 8, of a message with this cipher body (base64, as it is signed). */
export function asideId(sha256: Sha256, cipherBody: string): string {
  const bytes = sha256(concat(utf8(LABELS.aside), Uint8Array.of(0), utf8(cipherBody))).slice(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = toHex(bytes);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Whether its sender says so, and it can be: sealed to two, without files. It binds only who can't open it. */
export const isAside = (message: Piper12, sha256: Sha256): boolean =>
  message.wraps.length === 2 && message.attachments.length === 0 && message.id === asideId(sha256, message.cipherBody);

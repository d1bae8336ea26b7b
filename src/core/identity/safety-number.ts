/**
 * The number that two people compare to know that nobody stands between them (spec/01-identity.md#safety-numbers):
 * sixty digits out of both keys of both, the same on either side. It takes thousands of hashes, so keep what it gives.
 */
import { concat, utf8 } from '../bytes.ts';
import { UsageError } from '../errors.ts';
import type { Sha256 } from '../ports.ts';
import { LABELS } from '../registry.ts';
import { KEY_BYTES } from './signature.ts';

/** What an identity signs with and is sealed to, 32 bytes each. */
export interface IdentityKeys {
  readonly key: Uint8Array;
  readonly agreementKey: Uint8Array;
}

const ROUNDS = 5200;
const GROUPS = 6;
const GROUP_BYTES = 5;
const GROUP_DIGITS = 5;
const QR_PREFIX = 'PIPES-SAFETY/1/';

/** Sixty decimal digits, whichever of the two comes first. */
export function safetyNumber(sha256: Sha256, one: IdentityKeys, other: IdentityKeys): string {
  return [fingerprint(sha256, one), fingerprint(sha256, other)].sort().join('');
}

/** Thirty decimal digits for one identity. */
export function fingerprint(sha256: Sha256, { key, agreementKey }: IdentityKeys): string {
  if (key.length !== KEY_BYTES || agreementKey.length !== KEY_BYTES) {
    throw new UsageError(`Cannot make safety number: expected keys of ${KEY_BYTES} bytes`);
  }
  const keys = concat(utf8(LABELS.safetyNumber), Uint8Array.of(0), key, agreementKey);
  let hash = sha256(keys);
  for (let round = 1; round < ROUNDS; round++) hash = sha256(concat(keys, hash));
  return Array.from({ length: GROUPS }, (_, group) => digitsOf(hash, group * GROUP_BYTES)).join('');
}

/** Twelve groups of five, as people read them to each other. */
export const safetyGroups = (number: string): string[] => number.match(/\d{5}/g) ?? [];

/** What a QR code of the number holds: characters of the compact alphanumeric kind alone. */
export const safetyQrText = (number: string): string => QR_PREFIX + number;

/** The number in what was scanned, pasted or typed, spaces and all; undefined where there is none. */
export function readSafetyNumber(text: string): string | undefined {
  const bare = text.slice(0, 1000).trim().toUpperCase();
  const digits = (bare.startsWith(QR_PREFIX) ? bare.slice(QR_PREFIX.length) : bare).replace(/[\s-]/g, '');
  return /^\d{60}$/.test(digits) ? digits : undefined;
}

/** Five bytes, most significant first, modulo 100,000. */
function digitsOf(hash: Uint8Array, from: number): string {
  const value = hash.subarray(from, from + GROUP_BYTES).reduce((sum, byte) => sum * 0x100 + byte, 0);
  return String(value % 10 ** GROUP_DIGITS).padStart(GROUP_DIGITS, '0');
}

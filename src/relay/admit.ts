/**
 * From a decoded post to the pipeline and back: what an arrival is on this relay, and what its refusal is in HTTP.
 */
import type { Envelope } from '../core/envelope/envelope.ts';
import type { PiperMessage } from '../core/envelope/piper.ts';
import { LIMITS } from '../core/registry.ts';
import type { Refused } from '../runtime/pipeline/types.ts';
import type { RelayContext } from './context.ts';
import { Refusal, refuse } from './errors.ts';
import { usernameRecord } from './usernames.ts';

export const DAY_MS = 86_400_000;

/** Clocks may differ by five minutes: 1.0's signed time both ways, as published; other times only ahead. */
export function checkTime(message: PiperMessage, time: number, now: number): void {
  const off = time - now;
  const seconds = Math.round(Math.abs(off) / 1000);
  const most = LIMITS.clockSkewMs / 1000;
  if (message.version === '1.0' && Math.abs(off) > LIMITS.clockSkewMs) {
    refuse(400, `signature rejected: signed_at is ${seconds}s off — max allowed ${most}s`, { field: 'signed_at' });
  }
  if (off > LIMITS.clockSkewMs) {
    refuse(400, `createdAt is ${seconds}s ahead — max allowed ${most}s`, { field: 'createdAt' });
  }
}

/** A username beside a message counts only for the dot1 that claimed it. */
export async function checkUsername(context: RelayContext, message: PiperMessage, username: string | undefined) {
  if (username === undefined || !('fromDot1' in message)) return;
  const claim = await usernameRecord(context.store, username);
  if (claim === undefined) {
    const detail = `username "${username}" has not been claimed — POST /usernames/claim first`;
    refuse(400, 'claim_first', { detail, field: 'username' });
  }
  if (claim.dot1 !== message.fromDot1) {
    const detail = `username "${username}" belongs to a different identity`;
    refuse(400, 'username_mismatch', { detail, field: 'username' });
  }
}

export function refusalOf(refused: Refused, message: PiperMessage, dropped: string | undefined): Refusal {
  switch (refused.refusal) {
    case 'bad-signature':
    case 'refused-before':
      return badSignature(message, dropped);
    case 'over-limit':
      return new Refusal(429, { error: refused.detail }, 60);
    case 'too-large':
      return new Refusal(413, { error: 'message too large', detail: refused.detail });
    case 'expired':
      return new Refusal(400, {
        error: 'message too old',
        detail: 'this relay no longer keeps it',
        field: 'createdAt',
      });
    case 'not-authorised':
      return new Refusal(400, { error: 'dot1_mismatch', detail: refused.detail, field: 'from_dot1' });
  }
}

function badSignature({ version }: PiperMessage, dropped: string | undefined): Refusal {
  const [prefix, field] = version === '1.0' ? ['', 'signature'] : [`v${version} `, 'sig'];
  const error = `${prefix}signature rejected: ${prefix}signature verification failed`;
  return new Refusal(400, { error, field, ...(dropped !== undefined && { detail: dropped }) });
}

export const keyOf = (envelope: Envelope): string => Buffer.from(envelope.key).toString('hex');

/**
 * From a message as a relay serves it to an arrival (spec/04-piper.md#served). Of version 1.0 a relay serves no
 * signature, so such a message is taken as unsigned, whatever the relay says of it.
 */
import { type PiperHint, type PiperMessage, parsePiper, timeOf, toEnvelope } from '../../core/envelope/piper.ts';
import { channelScope } from '../../core/scope.ts';
import type { Arrival } from '../pipeline/types.ts';

export interface Served {
  readonly message: PiperMessage;
  readonly hint: PiperHint;
}

/** Throws DecodeError for what is no message. */
export function readServed(value: unknown): Served {
  const body = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const fresh = { id: String(body.id), createdAt: String(body.createdAt) };
  if (body.version !== '1.0') return parsePiper(value, { fresh, holds: () => true });
  const { channel, author, author_name, content } = body;
  return parsePiper({ channel, author, author_name, content }, { fresh });
}

export function arrivalOf({ message, hint }: Served, received: number, via: Arrival['via']): Arrival {
  return {
    envelope: toEnvelope(message),
    scope: channelScope(message.channel),
    time: timeOf(message),
    received,
    expires: 0,
    hint: JSON.stringify({
      ...(hint.author && { author: hint.author }),
      ...(hint.username && { username: hint.username }),
    }),
    via: message.version === '1.0-unsigned' && via === 'sync' ? 'ingress' : via,
  };
}

/** The same message as its sender signed it, where a published relay wrote its own prev over the signed null. */
export const withoutPrev = (served: Served): Served | undefined =>
  'prev' in served.message && served.message.prev !== null
    ? { ...served, message: { ...served.message, prev: null } }
    : undefined;

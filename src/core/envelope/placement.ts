/**
 * Where an envelope may stand and at what time, as every replica decides it from signed fields (spec/03-envelope.md#scopes).
 */
import { fromEnvelope as fromPacketEnvelope, nameOf } from '../packet/packet-envelope.ts';
import { FORMATS } from '../registry.ts';
import { channelScope, mailboxScope, nameScope } from '../scope.ts';
import { type Envelope, isSigned } from './envelope.ts';
import { fromEnvelope, timeOf } from './piper.ts';

const PIPER: ReadonlySet<number> = new Set([FORMATS['piper/1.0'], FORMATS['piper/1.1'], FORMATS['piper/1.2']]);

/** Whether its signed fields say that it belongs there. Throws DecodeError for what is no message of its format. */
export function fitsScope(envelope: Envelope, scope: string): boolean {
  if (!isSigned(envelope)) return false;
  if (envelope.format === FORMATS['keep/1']) return scope === nameScope(nameOf(fromPacketEnvelope(envelope)));
  if (!PIPER.has(envelope.format)) return false;
  const message = fromEnvelope(envelope);
  if (scope === channelScope(message.channel)) return true;
  return message.version === '1.2' && message.wraps.some(({ recipient_dot1: dot1 }) => scope === mailboxScope(dot1));
}

/** The time that it was signed for; undefined for a format that signs none (spec/03-envelope.md#placements). */
export function signedTime(envelope: Envelope): number | undefined {
  return PIPER.has(envelope.format) ? timeOf(fromEnvelope(envelope)) : undefined;
}

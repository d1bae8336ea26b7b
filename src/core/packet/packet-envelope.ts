/** Packets as envelopes, and the name whose scope they belong to (spec/08-keep.md#envelopes). */

import { equal } from '../bytes.ts';
import type { Envelope } from '../envelope/envelope.ts';
import { DecodeError } from '../errors.ts';
import { FORMATS } from '../registry.ts';
import { SWARM_PREFIX } from '../scope.ts';
import { decodePacket, type Packet, signedBytes } from './packet.ts';

const CLAIM = 'claim:';

/** Of a packet that bears a key and a signature. */
export function toEnvelope(packet: Packet): Envelope {
  return { format: FORMATS['keep/1'], key: packet.pk, signature: packet.sig, signed: signedBytes(packet) };
}

/** Strict: bytes that writing the packet would not give again are refused. Throws DecodeError. */
export function fromEnvelope(envelope: Envelope): Packet {
  const { format, key, signature, signed } = envelope;
  if (format !== FORMATS['keep/1']) throw new DecodeError('format', `Cannot read packet: format ${format} is another`);
  const packet = { ...decodePacket(signed), sig: signature, pk: key };
  if (equal(signedBytes(packet), signed)) return packet;
  throw new DecodeError('signed', 'Cannot read packet: expected the canonical form');
}

/** The name that a packet is about: the claimed one, or the one that it goes to; one for all swarms. */
export const nameOf = (packet: Packet): string => {
  const { dst } = packet;
  return swarmOf(packet) === undefined ? (claimedName(dst) ?? dst) : SWARM_PREFIX;
};

/** The swarm that a packet goes to. */
export const swarmOf = ({ dst }: Packet): string | undefined =>
  dst.startsWith(SWARM_PREFIX) ? dst.slice(SWARM_PREFIX.length) : undefined;

/** The name that a packet to this address claims; undefined where it is no claim. */
export const claimedName = (dst: string): string | undefined =>
  dst.startsWith(CLAIM) ? dst.slice(CLAIM.length) : undefined;

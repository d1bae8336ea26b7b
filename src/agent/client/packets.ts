/** Packets as the client sees them: signed on the way out, verified on the way in (spec/08-keep.md). */
import { randomUUID } from 'node:crypto';
import { fromHex, toHex } from '../../core/bytes.ts';
import { envelopeId } from '../../core/envelope/envelope.ts';
import { RemoteError } from '../../core/errors.ts';
import { encodePacket, NOTHING, type Packet, readPacket, signedBytes } from '../../core/packet/packet.ts';
import { toEnvelope } from '../../core/packet/packet-envelope.ts';
import type { Signer, Verifier } from '../../core/ports.ts';
import { sha256 } from '../../platform/node/crypto.ts';
import type { AgentPacket, PacketOptions } from './types.ts';

export const SERVER = 'server';
const ERROR = 'error:';
const QUEUED = 'queued';
const RECEIPT = 'receipt:';
/** What the server puts at the end of a packet that it kept, beside the signature: field 100, set. */
const WAITED = 'a00601';
export const OFFER = 1;
const TTL_S = 60;

/** Ready to be sent. */
export interface Sealed {
  readonly id: string;
  readonly payload: Uint8Array;
}

export type Draft = PacketOptions & { readonly src: string; readonly dst: string; readonly body: string };

export async function sealPacket(draft: Draft, signer: Signer): Promise<Sealed> {
  const { typ = 0, id = randomUUID(), src, dst, body, fee = 0, ttl = TTL_S, scar = NOTHING } = draft;
  const packet: Packet = { sig: NOTHING, pk: NOTHING, typ, id, src, dst, body, fee: BigInt(fee), ttl, scar };
  const sig = await signer.sign(signedBytes(packet));
  return { id, payload: encodePacket({ ...packet, sig, pk: signer.key }) };
}

/**
 * The packet, or undefined for what is not to be believed: what bears a bad signature, and what bears none but claims
 * to be anybody's but the server's.
 */
export async function openPacket(payload: Uint8Array, verifier: Verifier): Promise<AgentPacket | undefined> {
  const { packet, signed } = readPacket(payload);
  const shown = shownFrom(packet);
  if (shown.key === undefined) return shown.src === SERVER ? shown : undefined;
  return (await verifier.verify(packet.pk, packet.sig, signed)) ? shown : undefined;
}

/** What a packet says, whether true or not. */
export function shownFrom(decoded: Packet): AgentPacket {
  const { typ, id, src, dst, body, fee, ttl, scar, unknown = NOTHING } = decoded;
  const waited = toHex(unknown).endsWith(WAITED);
  return { typ, id, src, dst, body, fee, ttl, scar, waited, ...signingOf(decoded) };
}

function signingOf(decoded: Packet): Pick<AgentPacket, 'key' | 'signature' | 'envelopeId'> {
  const { sig, pk } = decoded;
  if (sig.length === 0 && pk.length === 0) return { key: undefined, signature: undefined, envelopeId: undefined };
  return { key: toHex(pk), signature: toHex(sig), envelopeId: toHex(envelopeId(sha256, toEnvelope(decoded))) };
}

/** The bytes to read it from again. */
export function payloadOf(packet: AgentPacket): Uint8Array {
  const { typ, id, src, dst, body, fee, ttl, scar } = packet;
  const signing = { sig: fromHex(packet.signature ?? '') ?? NOTHING, pk: fromHex(packet.key ?? '') ?? NOTHING };
  return encodePacket({ typ, id, src, dst, body, fee, ttl, scar, ...signing });
}

/** Whether the server itself answers to that name, as published. */
export const isServers = (dst: string): boolean => dst === SERVER || dst === '' || dst.startsWith('discover:');

/**
 * The server's own word, not a packet that it hands on. It signs what others may be shown: that it keeps a packet, and
 * that one was fetched.
 */
export function isServersWord({ key, src, body }: AgentPacket): boolean {
  return key === undefined || (src === SERVER && (body === QUEUED || body.startsWith(RECEIPT)));
}

/** What the server refused, such as "offline"; undefined where it did not. */
export function errorOf(packet: AgentPacket): string | undefined {
  return isServersWord(packet) && packet.body.startsWith(ERROR) ? packet.body.slice(ERROR.length) : undefined;
}

/** Whether the server says that it keeps a packet for one that is away. */
export const isQueued = (packet: AgentPacket): boolean => isServersWord(packet) && packet.body === QUEUED;

/** JSON from the server, which is an object. */
export function parsed(body: string, query: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {}
  throw new RemoteError(`Cannot discover ${query}: expected a JSON object, got "${body.slice(0, 100)}"`);
}
/** What tells the server that it need not keep a packet any longer; undefined for one that it does not keep. */
export function acknowledgement({ waited, id, envelopeId: known }: AgentPacket): Acknowledgement | undefined {
  return waited && known !== undefined ? { dst: 'inbox:ack', typ: OFFER, id, body: known } : undefined;
}

type Acknowledgement = { readonly dst: string; readonly typ: number; readonly id: string; readonly body: string };

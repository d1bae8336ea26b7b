/** Packets as the client sees them: signed on the way out, verified on the way in (spec/08-keep.md). */
import { randomUUID } from 'node:crypto';
import { fromHex, toHex } from '../../core/bytes.ts';
import { RemoteError } from '../../core/errors.ts';
import { decodePacket, encodePacket, type Packet, signedBytes } from '../../core/packet/packet.ts';
import type { Signer, Verifier } from '../../core/ports.ts';
import { sha256 } from '../../platform/node/crypto.ts';
import type { AgentPacket, PacketOptions } from './types.ts';

export const SERVER = 'server';
const ERROR = 'error:';
const TTL_S = 60;
const NOTHING = new Uint8Array(0);

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
  const { packet, decoded } = readPacket(payload);
  if (packet.key === undefined) return packet.src === SERVER ? packet : undefined;
  return (await verifier.verify(decoded.pk, decoded.sig, signedBytes(decoded))) ? packet : undefined;
}

/** What the bytes say, whether true or not. Throws DecodeError. */
export function readPacket(payload: Uint8Array): { packet: AgentPacket; decoded: Packet } {
  const decoded = decodePacket(payload);
  const { sig, pk, ...fields } = decoded;
  const isSigned = sig.length > 0 || pk.length > 0;
  const signing = isSigned
    ? { key: toHex(pk), signature: toHex(sig), envelopeId: toHex(sha256(signedBytes(decoded))) }
    : { key: undefined, signature: undefined, envelopeId: undefined };
  return { packet: { ...fields, ...signing }, decoded };
}

/** The bytes to read it from again. */
export function payloadOf({ key, signature, envelopeId: _, ...fields }: AgentPacket): Uint8Array {
  return encodePacket({ ...fields, sig: fromHex(signature ?? '') ?? NOTHING, pk: fromHex(key ?? '') ?? NOTHING });
}

/** Whether the server itself answers to that name, as published. */
export const isServers = (dst: string): boolean => dst === SERVER || dst === '' || dst.startsWith('discover:');

/** The server's own word, not a packet that it hands on. */
export const isServersWord = (packet: AgentPacket): boolean => packet.key === undefined;

/** What the server refused, such as "offline"; undefined where it did not. */
export function errorOf(packet: AgentPacket): string | undefined {
  return isServersWord(packet) && packet.body.startsWith(ERROR) ? packet.body.slice(ERROR.length) : undefined;
}

/** Whether the server says that it keeps a packet for one that is away. */
export const isQueued = (packet: AgentPacket): boolean => isServersWord(packet) && packet.body === 'queued';

/** JSON from the server, which is an object. */
export function parsed(body: string, query: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {}
  throw new RemoteError(`Cannot discover ${query}: expected a JSON object, got "${body.slice(0, 100)}"`);
}
export function acknowledgement(
  _packet: AgentPacket,
): { dst: string; body: string; typ?: number; id?: string } | undefined {
  return undefined;
}

/**
 * The published shape of a message (spec/04-piper.md#served), out of the stored envelope and its hint. `prev` is
 * what the author signed, so that what is served verifies.
 */
import { decodeEnvelope } from '../core/envelope/envelope.ts';
import { fromEnvelope, type PiperMessage } from '../core/envelope/piper.ts';
import type { Placed } from '../core/ports.ts';

/** What the relay keeps beside the envelope: unproven. */
export interface StoredHint {
  readonly author?: string;
  readonly username?: string;
  /** Of an unsigned message: "legacy-" and who sent it, as this relay tells addresses apart. */
  readonly pubkey?: string;
  /** Of a signed 1.0, which names none: the id under which an earlier relay served it. */
  readonly id?: string;
}

const SEALED_CONTENT = '[encrypted v1.2 message — upgrade client]';
const LEGACY = 'legacy-00000000';

export const messageOf = (placed: Placed): PiperMessage => fromEnvelope(decodeEnvelope(placed.envelope));

export function hintOf(placed: Placed): StoredHint {
  if (placed.hint === '') return {};
  return JSON.parse(placed.hint) as StoredHint;
}

/** The JSON that history, streams and answers share. */
export const renderPlaced = (placed: Placed): string =>
  JSON.stringify(render(messageOf(placed), hintOf(placed), placed.id));

export function render(message: PiperMessage, hint: StoredHint, id: Uint8Array): Record<string, unknown> {
  switch (message.version) {
    case '1.0-unsigned':
      return {
        ...head(message.id, message.channel, '1.0', hint.author ?? message.author, hint.pubkey ?? LEGACY),
        ...body(message.content, message.createdAt, null, { legacy: true, signed: false, encrypted: false }),
      };
    case '1.0':
      return {
        ...head(hint.id ?? uuidOf(id), message.channel, '1.0', hint.author ?? 'anonymous', message.pubkey),
        ...body(message.content, isoOf(message.signedAt), null, { legacy: false, signed: true, encrypted: false }),
      };
    default:
      return renderIdentified(message, hint);
  }
}

/** The bare envelope, as it was pushed into a mailbox. */
export function renderEnvelope(message: PiperMessage, hint: StoredHint): Record<string, unknown> {
  if (message.version !== '1.1' && message.version !== '1.2') return {};
  const { id, version, channel, createdAt, prev } = message;
  return {
    ...{ id, version, channel, createdAt, prev },
    ...identity(message),
    ...(message.version === '1.2' ? sealed(message) : { content: message.content }),
    ...(hint.username && { username: hint.username }),
    ...(message.attachments.length > 0 && { attachments: message.attachments }),
  };
}

function renderIdentified(message: Extract<PiperMessage, { version: '1.1' | '1.2' }>, hint: StoredHint) {
  const encrypted = message.version === '1.2';
  const { id, channel, version, fromDot1, fromEd25519Pub } = message;
  return {
    ...head(id, channel, version, hint.author ?? fromDot1, fromEd25519Pub),
    ...body(encrypted ? SEALED_CONTENT : message.content, message.createdAt, message.prev, {
      legacy: false,
      signed: true,
      encrypted,
    }),
    ...identity(message),
    dot1Short: fromDot1.slice(-6),
    ...(hint.username && { username: hint.username }),
    ...(encrypted && sealed(message)),
    ...(message.attachments.length > 0 && { attachments: message.attachments }),
  };
}

const head = (id: string, channel: string, version: string, author: string, pubkey: string) => ({
  ...{ id, channel, version, author, author_name: author, pubkey },
  pubkeyShort: pubkey.slice(0, 4),
});

const body = (
  content: string,
  createdAt: string,
  prev: string | null,
  { legacy, signed, encrypted }: { legacy: boolean; signed: boolean; encrypted: boolean },
) => ({ content, createdAt, prev, legacy, signed, unsigned: legacy, encrypted });

const identity = (message: { fromDot1: string; fromEd25519Pub: string; sig: string }) => ({
  from_dot1: message.fromDot1,
  from_ed25519_pub: message.fromEd25519Pub,
  sig: message.sig,
});

const sealed = (message: Extract<PiperMessage, { version: '1.2' }>) => ({
  from_x25519_pub: message.fromX25519Pub,
  cipher_body: message.cipherBody,
  wraps: message.wraps,
});

const isoOf = (ms: number): string => new Date(ms).toISOString();

/** A 1.0 message names no id: the envelope's own, in the layout of a UUID (version 8). */
function uuidOf(id: Uint8Array): string {
  const bytes = Buffer.from(id.subarray(0, 16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/**
 * Seals messages to their readers and opens them (spec/05-sealing.md): piperchat 1.2 byte for byte outside, a body of
 * core/seal inside. Plaintext and keys stay on this side of the ports. Files are runtime/files.ts.
 * The keys in use are the identities' own, so there is no forward secrecy: see the spec's security section.
 */
import { fromBase64, fromHex, toBase64, toHex } from '../core/bytes.ts';
import { signedBytes } from '../core/envelope/piper-signed.ts';
import type { AttachmentMeta, Piper12, PiperWrap } from '../core/envelope/piper-types.ts';
import { DecodeError, UsageError } from '../core/errors.ts';
import type { Agreement, Ciphers, Random, Signer } from '../core/ports.ts';
import { LIMITS } from '../core/registry.ts';
import { type Body, decodeBody, isBoundTo } from '../core/seal/body.ts';
import { CIPHER_KEY_BYTES, joinSealed, NONCE_BYTES, splitSealed, wrapInfo } from '../core/seal/layout.ts';
import { Reader } from '../core/wire.ts';
import { wrapKeysOf } from './wrap-keys.ts';

export interface SealingPorts {
  readonly ciphers: Ciphers;
  readonly random: Random;
}

export interface Recipient {
  readonly dot1: string;
  /** X25519 public key, 32 bytes. */
  readonly agreementKey: Uint8Array;
}

export interface Unsealed {
  /** What encodeBody of core/seal/body.ts gave. */
  readonly plaintext: Uint8Array;
  /** The sender is added where missing, so that they can read what they said. */
  readonly recipients: readonly Recipient[];
  readonly sender: { readonly dot1: string; readonly signer: Signer; readonly agreement: Agreement };
  readonly channel: string;
  /** A UUID, or what makes one out of the sealed body. */
  readonly id: string | ((cipherBody: string) => string);
  /** ISO 8601. */
  readonly createdAt: string;
  readonly attachments?: readonly AttachmentMeta[];
}

export type Opened =
  | { kind: 'open'; bytes: Uint8Array; body: Body; bodyKey: Uint8Array }
  | { kind: 'not-for-you' }
  | { kind: 'damaged' }
  /** Sealed by a later version of Pipes in a way that this one can't read. */
  | { kind: 'newer-version' };

/** How many wraps with one dot1 are tried: a dot1 is 64 bits, so a stranger's may stand before one's own. */
const WRAPS_TRIED = 4;

/**
 * A signed 1.2 message. A recipient whose key cannot be agreed with (of small order) gets no wrap, rather than
 * keeping all others from the message: compare `wraps` where it matters. Rejects with UsageError for too many.
 */
export async function sealMessage(unsealed: Unsealed, ports: SealingPorts): Promise<Piper12> {
  const { sender } = unsealed;
  const readers = readersOf(unsealed);
  const lots = new Reader(ports.random(CIPHER_KEY_BYTES + NONCE_BYTES * (readers.length + 1)), 'lots');
  const bodyKey = lots.take(CIPHER_KEY_BYTES, 'key');
  const cipherBody = await sealBytes(bodyKey, lots.take(NONCE_BYTES, 'nonce'), unsealed.plaintext, ports);
  const message: Piper12 = {
    version: '1.2',
    id: typeof unsealed.id === 'string' ? unsealed.id : unsealed.id(cipherBody),
    channel: unsealed.channel,
    createdAt: unsealed.createdAt,
    prev: null,
    fromDot1: sender.dot1,
    fromEd25519Pub: toHex(sender.signer.key),
    fromX25519Pub: toHex(sender.agreement.key),
    cipherBody,
    wraps: await wrapAll(readers, sender, bodyKey, lots, ports),
    attachments: unsealed.attachments ?? [],
    sig: '',
  };
  return { ...message, sig: toHex(await sender.signer.sign(signedBytes(message))) };
}

/** Opens a message whose signature has been checked. */
export async function openMessage(
  message: Piper12,
  reader: { readonly dot1: string; readonly agreement: Agreement },
  ports: Pick<SealingPorts, 'ciphers'>,
): Promise<Opened> {
  const wraps = message.wraps.filter((wrap) => wrap.recipient_dot1 === reader.dot1);
  if (wraps.length === 0) return { kind: 'not-for-you' };
  const bodyKey = await unwrapFirst(message, wraps.slice(0, WRAPS_TRIED), reader, ports);
  return bodyKey === undefined ? { kind: 'damaged' } : openWithKey(message, bodyKey, ports);
}

/** Opens a message whose signature has been checked with a body key that came another way than by its wraps. */
export async function openWithKey(
  message: Piper12,
  bodyKey: Uint8Array,
  ports: Pick<SealingPorts, 'ciphers'>,
): Promise<Opened> {
  const bytes = await openBytes(bodyKey, message.cipherBody, ports);
  return bytes === undefined ? { kind: 'damaged' } : readBody(message, bytes, bodyKey);
}

function readBody(message: Piper12, bytes: Uint8Array, bodyKey: Uint8Array): Opened {
  const sender = fromHex(message.fromEd25519Pub, CIPHER_KEY_BYTES);
  try {
    const decoded = decodeBody(bytes);
    if (decoded.kind === 'newer-version') return decoded;
    if (sender === undefined || !isBoundTo(decoded.body, sender, message.channel)) return { kind: 'damaged' };
    return { kind: 'open', bytes, body: decoded.body, bodyKey };
  } catch (error) {
    if (error instanceof DecodeError) return { kind: 'damaged' };
    throw error;
  }
}

async function wrapAll(
  readers: readonly Recipient[],
  sender: Unsealed['sender'],
  bodyKey: Uint8Array,
  lots: Reader,
  ports: SealingPorts,
): Promise<PiperWrap[]> {
  const keys = wrapKeysOf(sender.agreement);
  const wrap = async (reader: Recipient, nonce: Uint8Array): Promise<PiperWrap | undefined> => {
    const wrapKey = await keys.get(reader.agreementKey, wrapInfo(reader.dot1, sender.dot1), ports.ciphers);
    if (wrapKey === undefined) return undefined;
    return { recipient_dot1: reader.dot1, wrapped_body_key: await sealBytes(wrapKey, nonce, bodyKey, ports) };
  };
  const wraps = await Promise.all(readers.map((reader) => wrap(reader, lots.take(NONCE_BYTES, 'nonce'))));
  if (!hasReader(wraps, sender.dot1)) {
    throw new UsageError('Cannot seal message: the own agreement key fits no key agreement');
  }
  return wraps.filter((one) => one !== undefined);
}

const hasReader = (wraps: readonly (PiperWrap | undefined)[], dot1: string): boolean =>
  wraps.some((wrap) => wrap?.recipient_dot1 === dot1);

/** In the order given, no reader twice, the sender among them. */
function readersOf({ recipients, sender }: Unsealed): Recipient[] {
  const self = { dot1: sender.dot1, agreementKey: sender.agreement.key };
  const all = [...recipients, self].map((reader) => [`${reader.dot1} ${toHex(reader.agreementKey)}`, reader] as const);
  const readers = [...new Map(all).values()];
  if (readers.length <= LIMITS.wraps) return readers;
  throw new UsageError(`Cannot seal message: expected at most ${LIMITS.wraps} readers, got ${readers.length}`);
}

async function unwrapFirst(
  message: Piper12,
  wraps: readonly PiperWrap[],
  reader: { readonly dot1: string; readonly agreement: Agreement },
  ports: Pick<SealingPorts, 'ciphers'>,
): Promise<Uint8Array | undefined> {
  const sender = fromHex(message.fromX25519Pub, CIPHER_KEY_BYTES);
  const info = wrapInfo(reader.dot1, message.fromDot1);
  const wrapKey = sender && (await wrapKeysOf(reader.agreement).get(sender, info, ports.ciphers));
  if (wrapKey === undefined) return undefined;
  for (const wrap of wraps) {
    const bodyKey = await openBytes(wrapKey, wrap.wrapped_body_key, ports);
    if (bodyKey?.length === CIPHER_KEY_BYTES) return bodyKey;
  }
  return undefined;
}

/** base64 of nonce ‖ ciphertext ‖ tag. */
async function sealBytes(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, ports: SealingPorts) {
  return toBase64(joinSealed(nonce, await ports.ciphers.encrypt(key, nonce, plaintext)));
}

async function openBytes(
  key: Uint8Array,
  base64: string,
  ports: Pick<SealingPorts, 'ciphers'>,
): Promise<Uint8Array | undefined> {
  const parts = splitSealed(fromBase64(base64) ?? new Uint8Array());
  return parts && ports.ciphers.decrypt(key, parts.nonce, parts.sealed);
}

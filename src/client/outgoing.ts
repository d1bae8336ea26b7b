/**
 * Makes the client's messages of versions 1.1 (signed) and 1.2 (sealed), and checks what its caller hands in.
 */
import { fromBase64, toBase64, toHex } from '../core/bytes.ts';
import { type AttachmentMeta, type Piper11, type Piper12, signedBytes, toPost } from '../core/envelope/piper.ts';
import { UsageError } from '../core/errors.ts';
import type { Signer } from '../core/ports.ts';
import { LIMITS } from '../core/registry.ts';
import { encodeBody } from '../core/seal/body.ts';
import type { SealedFile } from '../core/seal/file.ts';
import { type PlainFile, sealFileTo } from '../runtime/files.ts';
import { type Recipient, sealMessage } from '../runtime/sealing.ts';
import type { SealingIdentity } from './identity.ts';
import type { ClientPorts } from './ports.ts';
import type { AttachmentInfo, OutgoingAttachment } from './types.ts';

export interface Heading {
  readonly channel: string;
  readonly content: string;
  readonly id: string;
  readonly createdAt: string;
}

/** A version 4 UUID and the time. */
export const stamp = (ports: ClientPorts): Pick<Heading, 'id' | 'createdAt'> => ({
  id: uuid(ports.random(16)),
  createdAt: new Date(ports.clock.now()).toISOString(),
});

export async function signedPost(
  heading: Heading,
  author: string,
  sender: { dot1: string; signer: Signer },
  attachments: readonly Required<AttachmentInfo>[],
): Promise<Record<string, unknown>> {
  const unsigned: Piper11 = {
    ...{ version: '1.1', id: heading.id, channel: heading.channel, content: heading.content },
    ...{ createdAt: heading.createdAt, prev: null, fromDot1: sender.dot1, fromEd25519Pub: toHex(sender.signer.key) },
    attachments: attachments.map(metaOf),
    sig: '',
  };
  const sig = toHex(await sender.signer.sign(signedBytes(unsigned)));
  const contents = Object.fromEntries(attachments.map(({ sha256, content_b64 }) => [sha256, content_b64]));
  return toPost({ ...unsigned, sig }, { author, contents });
}

/** `put` gets the blobs of sealed files, before the message that names them is made. */
export async function sealedMessage(
  heading: Heading,
  sender: SealingIdentity,
  recipients: readonly Recipient[],
  files: readonly PlainFile[],
  put: (hash: string, bytes: Uint8Array) => Promise<void>,
  ports: ClientPorts,
): Promise<Piper12> {
  const sealed: SealedFile[] = [];
  const attachments: AttachmentMeta[] = [];
  for (const plain of files) {
    const { file, attachment } = await sealFileTo((blob) => put(blob.hash, blob.bytes), plain, ports);
    sealed.push(file);
    attachments.push(attachment);
  }
  const { channel, content } = heading;
  const plaintext = encodeBody({ text: content, files: sealed, sender: sender.signer.key, channel });
  const { id, createdAt } = heading;
  return sealMessage({ plaintext, recipients, sender, channel, id, createdAt, attachments }, ports);
}

/** Throws UsageError for what a relay would cut, and so refuse as wrongly signed. */
export function checkText(content: unknown, units: number = LIMITS.contentUnits): string {
  if (typeof content !== 'string' || content === '') {
    throw new UsageError('Cannot send a message: expected a text of at least one character');
  }
  if (content.length <= units) return content;
  throw new UsageError(`Cannot send a message: expected at most ${units} UTF-16 units, got ${content.length}`);
}

/** Attachments in their published form; sizes and hashes are computed, stated ones checked. Throws UsageError. */
export function checkAttachments(list: unknown, ports: ClientPorts): Required<AttachmentInfo>[] {
  if (list === undefined) return [];
  if (!Array.isArray(list) || list.length > LIMITS.attachments) {
    throw new UsageError(`Cannot attach: expected an array of at most ${LIMITS.attachments} attachments`);
  }
  return list.map((item: OutgoingAttachment, index) => checkAttachment(item, index, ports));
}

export const filesOf = (attachments: readonly Required<AttachmentInfo>[]): PlainFile[] =>
  attachments.map(({ filename, mime_type, content_b64 }) => ({
    ...{ name: filename, type: mime_type },
    bytes: fromBase64(content_b64) ?? new Uint8Array(),
  }));

function checkAttachment(item: OutgoingAttachment, index: number, ports: ClientPorts): Required<AttachmentInfo> {
  const { filename, mime_type, content_b64 } = item ?? {};
  const refuse = (expected: string): never => {
    throw new UsageError(`Cannot attach: expected ${expected} in attachment ${index}, got something else`);
  };
  if (!isText(filename, 256)) refuse('a filename of 1 to 256 characters');
  if (!isText(mime_type, 128)) refuse('a mime_type of 1 to 128 characters');
  const bytes = typeof content_b64 === 'string' && content_b64 !== '' ? fromBase64(content_b64) : undefined;
  if (bytes === undefined) return refuse('content_b64 in padded base64');
  const sha256 = toHex(ports.sha256(bytes));
  if ((item.sha256 ?? sha256) !== sha256) refuse('the sha256 of its content');
  if ((item.size_bytes ?? bytes.length) !== bytes.length) refuse('the size_bytes of its content');
  return { filename, mime_type, sha256, size_bytes: bytes.length, content_b64: toBase64(bytes) };
}

const isText = (value: unknown, units: number): boolean =>
  typeof value === 'string' && value.length > 0 && value.length <= units;

const metaOf = ({ filename, mime_type, sha256, size_bytes }: AttachmentMeta): AttachmentMeta => ({
  ...{ filename, mime_type, sha256, size_bytes },
});

function uuid(bytes: Uint8Array): string {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = toHex(bytes);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

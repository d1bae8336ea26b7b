/**
 * From what a person says to a durable, sealed envelope in the outbox (spec/05-sealing.md). Sealed to the members of
 * the moment; the message and its place in the outbox are one commit.
 */
import { type AttachmentMeta, timeOf, toEnvelope } from '../../core/envelope/piper.ts';
import { StorageError, UsageError } from '../../core/errors.ts';
import type { AbortSignalLike, Placed } from '../../core/ports.ts';
import { LIMITS } from '../../core/registry.ts';
import { channelScope } from '../../core/scope.ts';
import { asideId } from '../../core/seal/aside.ts';
import { encodeBody, type OutgoingBody } from '../../core/seal/body.ts';
import type { OutgoingFile } from '../api.ts';
import { type SealedBlob, type SealedFileResult, sealFileTo } from '../files.ts';
import type { Pipeline } from '../pipeline/types.ts';
import { type Recipient, sealMessage } from '../sealing.ts';
import type { Directory } from './directory.ts';
import type { PeerPorts } from './ports.ts';
import type { Self } from './self.ts';

export interface SendingParts {
  readonly ports: PeerPorts;
  readonly self: Self;
  readonly directory: Directory;
  readonly pipeline: Pipeline;
}

export interface Outgoing {
  readonly text: string;
  readonly files?: readonly OutgoingFile[];
  /** Files sealed so far, in bytes of all. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignalLike;
}

/** Rejects with UsageError for what can't be sent: nothing, too much text, too many members, or cancelled. */
export async function sendSealed(parts: SendingParts, channel: string, outgoing: Outgoing): Promise<Placed> {
  const { text, files = [] } = outgoing;
  checkContent(text, files);
  const sealed = await sealFiles(parts.ports, outgoing);
  return sendBody(parts, {
    channel,
    body: { text, files: sealed.map(({ file }) => file) },
    recipients: parts.directory.members(channel),
    attachments: sealed.map(({ attachment }) => attachment),
  });
}

async function sealFiles(ports: PeerPorts, { files = [], onProgress, signal }: Outgoing): Promise<SealedFileResult[]> {
  const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const put = async ({ hash, bytes }: SealedBlob) => void (await ports.blobs.put(hash, bytes));
  const sealed: SealedFileResult[] = [];
  let before = 0;
  for (const file of files) {
    const tell = (done: number) => onProgress?.(before + done, total);
    sealed.push(await sealFileTo(put, file, ports, { onProgress: tell, ...(signal && { signal }) }));
    before += file.bytes.length;
  }
  return sealed;
}

export interface OutgoingSeal {
  readonly channel: string;
  readonly body: Pick<OutgoingBody, 'text' | 'files' | 'sharedKeys' | 'data' | 'receipt'>;
  readonly recipients: readonly Recipient[];
  readonly attachments?: readonly AttachmentMeta[];
  /** It is for one recipient, and nothing to all others. */
  readonly aside?: boolean;
  /** Where it is placed; in the channel by default. */
  readonly scope?: string;
}

/** Seals a body to these recipients and puts it durably into the outbox. */
export async function sendBody(
  parts: SendingParts,
  { channel, body, aside, scope, ...seal }: OutgoingSeal,
): Promise<Placed> {
  const { ports, self } = parts;
  const { agent, name } = self.state();
  const message = await sealMessage(
    {
      ...seal,
      plaintext: encodeBody({ ...body, sender: ports.signer.key, channel }),
      sender: { dot1: self.dot1, signer: ports.signer, agreement: ports.agreement },
      channel,
      id: aside ? (cipherBody) => asideId(ports.sha256, cipherBody) : ports.uuid(),
      createdAt: new Date(ports.clock.now()).toISOString(),
    },
    ports,
  );
  const admission = await parts.pipeline.admit({
    envelope: toEnvelope(message),
    scope: scope ?? channelScope(channel),
    time: timeOf(message),
    received: ports.clock.now(),
    expires: 0,
    hint: JSON.stringify({ ...(name && { author: name }), ...(agent && { agent }) }),
    via: 'own',
  });
  if (admission.kind === 'refused') throw new StorageError(`Cannot send message: ${admission.detail}`);
  return admission.placed;
}

function checkContent(text: string, files: readonly OutgoingFile[]): void {
  if (text.trim() === '' && files.length === 0) throw new UsageError('Cannot send message: expected a text or a file');
  if (text.length > LIMITS.contentUnits) {
    throw new UsageError(`Cannot send message: expected at most ${LIMITS.contentUnits} characters, got ${text.length}`);
  }
  if (files.length > LIMITS.attachments) {
    throw new UsageError(`Cannot send message: expected at most ${LIMITS.attachments} files, got ${files.length}`);
  }
}

/**
 * From what a person says to a durable, sealed envelope in the outbox (spec/05-sealing.md). Sealed to the members of
 * the moment; the message and its place in the outbox are one commit.
 */
import { timeOf, toEnvelope } from '../../core/envelope/piper.ts';
import { StorageError, UsageError } from '../../core/errors.ts';
import type { Placed } from '../../core/ports.ts';
import { LIMITS } from '../../core/registry.ts';
import { channelScope } from '../../core/scope.ts';
import { encodeBody } from '../../core/seal/body.ts';
import type { OutgoingFile } from '../api.ts';
import { sealFileTo } from '../files.ts';
import type { Pipeline } from '../pipeline/types.ts';
import { sealMessage } from '../sealing.ts';
import type { Directory } from './directory.ts';
import type { PeerPorts } from './ports.ts';
import type { Self } from './self.ts';

export interface SendingParts {
  readonly ports: PeerPorts;
  readonly self: Self;
  readonly directory: Directory;
  readonly pipeline: Pipeline;
}

/** Rejects with UsageError for what can't be sent: nothing, too much text, too many members. */
export async function sendSealed(
  parts: SendingParts,
  channel: string,
  text: string,
  outgoing: readonly OutgoingFile[],
): Promise<Placed> {
  checkContent(text, outgoing);
  const { ports, self, directory } = parts;
  const sealed = [];
  for (const file of outgoing) {
    sealed.push(await sealFileTo(async ({ hash, bytes }) => void (await ports.blobs.put(hash, bytes)), file, ports));
  }
  const { agent, name } = self.state();
  const files = sealed.map(({ file }) => file);
  const message = await sealMessage(
    {
      plaintext: encodeBody({ text, files, sender: ports.signer.key, channel }),
      recipients: directory.members(channel),
      sender: { dot1: self.dot1, signer: ports.signer, agreement: ports.agreement },
      channel,
      id: ports.uuid(),
      createdAt: new Date(ports.clock.now()).toISOString(),
      attachments: sealed.map(({ attachment }) => attachment),
    },
    ports,
  );
  const admission = await parts.pipeline.admit({
    envelope: toEnvelope(message),
    scope: channelScope(channel),
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

/** One message's way to a relay: the blobs first, since a relay keeps only messages whose blobs it holds. */
import { decodeEnvelope } from '../../core/envelope/envelope.ts';
import { fromEnvelope, type PiperHint, type PiperMessage, toPost } from '../../core/envelope/piper.ts';
import type { Placed } from '../../core/ports.ts';
import { MAILBOX_PREFIX } from '../../core/scope.ts';
import { manifestHashes } from '../../core/seal/blob.ts';
import type { PeerPorts } from './ports.ts';
import type { PostOutcome, RelayClient } from './relay-client.ts';

/** How many blobs the relay has, of how many. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

export interface Steps {
  uploaded(now: Progress): void;
  /** False once the message was taken back. */
  isWanted(): boolean;
  /** From here on it can't be taken back. */
  leaves(): void;
}

/** Ends early, as if taken, where the message is wanted no more. */
export async function deliver(
  ports: PeerPorts,
  relay: RelayClient,
  placed: Placed,
  steps: Steps,
): Promise<PostOutcome> {
  const message = fromEnvelope(decodeEnvelope(placed.envelope));
  const hashes = await blobsOf(ports, message);
  for (const [index, hash] of hashes.entries()) {
    if (!steps.isWanted()) return { kind: 'taken' };
    const bytes = await ports.blobs.get(hash);
    const outcome = bytes ? await relay.putBlob(hash, bytes) : undefined;
    if (outcome && outcome.kind !== 'taken') return outcome;
    if (hashes.length > 1 && steps.isWanted()) steps.uploaded({ done: index + 1, total: hashes.length });
  }
  if (!steps.isWanted()) return { kind: 'taken' };
  steps.leaves();
  if (placed.scope.startsWith(MAILBOX_PREFIX)) {
    return relay.postMail(placed.scope.slice(MAILBOX_PREFIX.length), toPost(message));
  }
  return relay.post(toPost(message, (placed.hint === '' ? {} : JSON.parse(placed.hint)) as PiperHint));
}

async function blobsOf(ports: PeerPorts, message: PiperMessage): Promise<string[]> {
  if (!('attachments' in message)) return [];
  const hashes: string[] = [];
  for (const { sha256 } of message.attachments) {
    const top = await ports.blobs.get(sha256);
    hashes.push(...(top ? manifestHashes(top) : []), sha256);
  }
  return hashes;
}

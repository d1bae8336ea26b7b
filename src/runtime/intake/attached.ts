/** Which blobs a message or another blob makes wanted: sealed files and their chunks (spec/05-sealing.md#files). */
import type { Envelope } from '../../core/envelope/envelope.ts';
import { fromEnvelope } from '../../core/envelope/piper.ts';
import { isFileManifest } from '../../core/log/manifest.ts';
import { FORMATS } from '../../core/registry.ts';
import { blobKind, MANIFEST, manifestHashes } from '../../core/seal/blob.ts';

/** SHA-256 in hex of the signed attachments. The envelope has been read before. */
export function attachedTo(envelope: Envelope): string[] {
  if (envelope.format !== FORMATS['piper/1.1'] && envelope.format !== FORMATS['piper/1.2']) return [];
  const message = fromEnvelope(envelope);
  return 'attachments' in message ? message.attachments.map(({ sha256 }) => sha256) : [];
}

/** What a blob lists, should it be the manifest of a sealed file. Entries name the chunks of logs' files themselves. */
export const listedBy = (bytes: Uint8Array): string[] =>
  !isFileManifest(bytes) && blobKind(bytes.subarray(0, 8)) === MANIFEST ? manifestHashes(bytes) : [];

/** The sealed files that a message names outside of its seal (spec/05-sealing.md#files). */
import type { Envelope } from '../core/envelope/envelope.ts';
import { fromEnvelope } from '../core/envelope/piper.ts';
import { FORMATS } from '../core/registry.ts';
import { SEALED_MIME_TYPE } from './files.ts';

/** SHA-256 of each top blob, in hex. The envelope has been checked before. */
export function sealedFilesOf(envelope: Envelope): string[] {
  if (envelope.format !== FORMATS['piper/1.2']) return [];
  const message = fromEnvelope(envelope);
  if (message.version !== '1.2') return [];
  return message.attachments.flatMap(({ mime_type, sha256 }) => (mime_type === SEALED_MIME_TYPE ? [sha256] : []));
}

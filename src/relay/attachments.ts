/**
 * Attachments beside a post. Their contents travel as base64 and are kept as blobs under the signed hash; one that
 * comes without contents counts when its blob is here already. Others are dropped, as published, so that the
 * signature fails: then the answer says which and why.
 */
import { type AttachmentMeta, bareAttachments, type PiperHint } from '../core/envelope/piper.ts';
import { sha256Hex } from './blob-keeper.ts';
import type { RelayContext } from './context.ts';
import { refuse } from './errors.ts';

export type Contents = ReadonlyMap<string, Buffer>;

/** Which of the attachments that come bare are here, and what to say of those that are not. */
export async function lookUp(context: RelayContext, body: unknown) {
  const bare = bareAttachments(body);
  if (bare.length === 0) return { holds: () => false, dropped: undefined };
  const held = await context.blobKeeper.held(bare);
  const missing = bare.filter((sha256) => !held.has(sha256));
  const dropped =
    missing.length === 0 ? undefined : `blob ${missing[0]} is not here: PUT /blobs/${missing[0]} before the message`;
  return { holds: (sha256: string) => held.has(sha256), dropped };
}

/** Refuses contents that are not what was signed, or that there is no room for. */
export async function acceptContents(context: RelayContext, hint: PiperHint, caller: string): Promise<Contents> {
  const contents = contentsOf(hint);
  let bytes = 0;
  for (const content of contents.values()) bytes += content.length;
  if (bytes === 0) return contents;
  if (!context.limits.takeBlobBytes(caller, bytes)) refuse(429, 'blob quota of this address reached', {}, 3600);
  await context.blobKeeper.checkRoom(bytes);
  return contents;
}

function contentsOf({ contents = {} }: PiperHint): Contents {
  return new Map(
    Object.entries(contents).map(([sha256, base64]) => {
      const bytes = Buffer.from(base64, 'base64');
      if (sha256Hex(bytes) !== sha256) {
        refuse(400, 'attachment content has another SHA-256', { detail: sha256, field: 'attachments' });
      }
      return [sha256, bytes];
    }),
  );
}

export async function keepContents(context: RelayContext, contents: Contents): Promise<void> {
  for (const [sha256, bytes] of contents) await context.blobKeeper.put(sha256, bytes);
}

/** As the answer to a post shows them: with their contents, where they came with a message rather than before it. */
export function withContents(
  context: RelayContext,
  attachments: readonly AttachmentMeta[],
  contents: Contents,
): Promise<Record<string, unknown>[]> {
  return Promise.all(
    attachments.map(async (meta) => {
      const bytes = contents.get(meta.sha256) ?? (await plainBlob(context, meta));
      return bytes === undefined ? { ...meta } : { ...meta, content_b64: Buffer.from(bytes).toString('base64') };
    }),
  );
}

const SEALED_TYPE = 'application/vnd.pipes.sealed';

async function plainBlob({ blobs }: RelayContext, meta: AttachmentMeta): Promise<Uint8Array | undefined> {
  return meta.mime_type === SEALED_TYPE ? undefined : blobs.get(meta.sha256);
}

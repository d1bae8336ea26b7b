/**
 * A large file's chunks are named by entries of kind pipes.chunks just before the entry that names its manifest, so that
 * clients that know nothing of manifests carry them too (spec/02-pigeon.md#files). Chunks that an entry names already
 * are not named again.
 */
import { toHex } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';
import { type Dialect, formatId, parseId } from '../../core/log/dialect.ts';
import { appendToDraft, type Draft, newDraft } from '../../core/log/draft.ts';
import { decodeFileManifest, isFileManifest } from '../../core/log/manifest.ts';
import { LIMITS } from '../../core/registry.ts';
import { isNamed } from './blob-names.ts';
import type { LogPorts } from './ports.ts';

export const CHUNKS_KIND = 'pipes.chunks';

export async function chunkDrafts(ports: Pick<LogPorts, 'store' | 'blobs'>, draft: Draft): Promise<Draft[]> {
  if (draft.kind === CHUNKS_KIND) return [];
  const found = new Map<string, Uint8Array>();
  for (const [, value] of draft.body) {
    const hash = parseId(draft.dialect, 'blob', value);
    if (hash === undefined) continue;
    for (const chunk of await chunksOf(ports, toHex(hash))) {
      if (!(await isNamed(ports.store, toHex(chunk)))) found.set(toHex(chunk), chunk);
    }
  }
  const fresh = [...found.values()];
  const rows = Math.ceil(fresh.length / LIMITS.chunksPerEntry);
  return Array.from({ length: rows }, (_, i) =>
    chunkDraft(draft.dialect, fresh.slice(i * LIMITS.chunksPerEntry, (i + 1) * LIMITS.chunksPerEntry)),
  );
}

/** None of what only begins like a manifest: it is carried as it is. */
async function chunksOf({ blobs }: Pick<LogPorts, 'blobs'>, hash: string): Promise<readonly Uint8Array[]> {
  const head = await blobs.get(hash, 0, 2);
  if (head === undefined || !isFileManifest(head)) return [];
  const bytes = (await blobs.get(hash)) ?? head;
  try {
    return decodeFileManifest(bytes).chunks;
  } catch (error) {
    if (error instanceof DecodeError) return [];
    throw error;
  }
}

const chunkDraft = (dialect: Dialect, chunks: readonly Uint8Array[]): Draft =>
  chunks.reduce(
    (draft, hash, i) => appendToDraft(draft, `chunk-${i}`, formatId(dialect, 'blob', hash)),
    newDraft(dialect, CHUNKS_KIND),
  );

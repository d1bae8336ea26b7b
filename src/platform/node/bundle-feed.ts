/** The entries of what is to be written, one after the other, each with the blobs that go along. */
import type { BundleContent } from '../../core/bundle/bundle.ts';
import type { NamedBlob, VolumeItem } from '../../core/bundle/volume.ts';
import { fromUtf8 } from '../../core/bytes.ts';
import { UsageError } from '../../core/errors.ts';
import { blobsIn, type Dialect } from '../../core/log/dialect.ts';
import type { AbortSignalLike } from '../../core/ports.ts';

export interface Feed {
  /** The next one, undefined at the end; the same until it is taken. */
  peek(): Promise<VolumeItem | undefined>;
  take(): void;
  close(): Promise<void>;
}

export function createFeed(content: BundleContent, signal: AbortSignalLike | undefined): Feed {
  const items = itemsOf(content);
  let held: Promise<IteratorResult<VolumeItem>> | undefined;
  return {
    async peek() {
      checkSignal(signal);
      held ??= items.next();
      return (await held).value;
    },
    take() {
      held = undefined;
    },
    async close() {
      await items.return(undefined);
    },
  };
}

export function checkSignal(signal: AbortSignalLike | undefined): void {
  if (signal?.aborted) throw new UsageError('Cannot write bundle: it was cancelled');
}

async function* itemsOf(content: BundleContent): AsyncGenerator<VolumeItem, undefined> {
  for (const { dialect, entries } of content.parts) {
    for await (const entry of entries) yield { dialect, entry, blobs: await blobsOf(content, dialect, entry) };
  }
  return undefined;
}

async function blobsOf(content: BundleContent, dialect: Dialect, entry: Uint8Array): Promise<NamedBlob[]> {
  const hashes = content.blobsFor ? await content.blobsFor(entry, dialect) : blobsIn(dialect, fromUtf8(entry) ?? '');
  const found: NamedBlob[] = [];
  for (const hash of hashes) found.push({ hash, size: (await content.blob(hash))?.size });
  return found;
}

/**
 * Opens a bundle wherever it lies: a folder, a zip, one sealed with age, a bare messages.pgn, or standard input ('-')
 * with any of these but a folder. What it is shows in its bytes, not in its name. Nothing is written to the source.
 */
import { type FileHandle, open, stat } from 'node:fs/promises';
import {
  BUNDLE_LIMITS,
  type BundleBlob,
  type BundleLimits,
  type BundlePart,
  type OpenBundle,
  type ReadBundleOptions,
} from '../../core/bundle/bundle.ts';
import { entryFile, GOSSIP_FILE } from '../../core/bundle/layout.ts';
import { DecodeError, PipesError, StorageError, UsageError } from '../../core/errors.ts';
import { isSealed, openSeal } from './bundle-age.ts';
import { piecesOf } from './bundle-files.ts';
import { type FoundPart, findPartsInFolder } from './bundle-folder.ts';
import { dialectOf, headOf, looksLikeText, peeked, sameBytes } from './bundle-peek.ts';
import { spool } from './bundle-spool.ts';
import { findPartsInZip, isZip } from './bundle-zip.ts';

export interface OpenOptions extends ReadBundleOptions {
  /** In place of standard input. */
  readonly input?: AsyncIterable<Uint8Array>;
}

interface Source {
  readonly name: string;
  readonly options: OpenOptions;
  readonly limits: BundleLimits;
}

/** What is read from its end, and how it is let go. */
interface Held {
  readonly file: FileHandle;
  close(): Promise<void>;
}

/**
 * Rejects with UsageError where there is nothing, or no key to open it, DecodeError where it is no bundle,
 * VerificationError where a seal does not open, StorageError where reading fails; so does what it gives.
 */
export async function openBundle(name: string, options: OpenOptions = {}): Promise<OpenBundle> {
  const source = { name, options, limits: { ...BUNDLE_LIMITS, ...options.limits } };
  return blaming(source, async () => {
    if (name === '-') return openStream(source, options.input ?? process.stdin);
    if (!(await stat(name)).isDirectory()) return openHeld(source, await openPlainly(name));
    return openParts(source, await findPartsInFolder(name, source.limits), async () => {});
  });
}

/** Spooled where it is a zip or sealed; entries go through as they come. */
async function openStream(source: Source, input: AsyncIterable<Uint8Array>): Promise<OpenBundle> {
  const { head, all } = await peeked(input);
  if (isSealed(head) || isZip(head)) return openHeld(source, await spool(all, source.limits.spooled));
  return onlyEntries(source, head, all, async () => {});
}

/** A seal inside of a seal is no bundle. */
async function openHeld(source: Source, held: Held, opened = false): Promise<OpenBundle> {
  try {
    const head = await headOf(piecesOf(held.file));
    if (isZip(head)) return await openParts(source, await findPartsInZip(held.file, source.limits), held.close);
    if (opened || !isSealed(head))
      return onlyEntries(source, head, { [Symbol.asyncIterator]: () => piecesOf(held.file) }, held.close);
    const plain = await spool(openSeal(piecesOf(held.file), source.options), source.limits.spooled);
    await held.close();
    return await openHeld(source, plain, true);
  } catch (error) {
    await held.close().catch(() => undefined);
    throw error;
  }
}

async function openPlainly(path: string): Promise<Held> {
  const file = await open(path, 'r');
  return { file, close: () => file.close() };
}

function onlyEntries(
  source: Source,
  head: Uint8Array,
  all: AsyncIterable<Uint8Array>,
  close: () => Promise<void>,
): OpenBundle {
  if (!looksLikeText(head)) throw noBundle(source);
  const entries = () => watched(source, all);
  return { parts: [{ path: source.name, dialect: dialectOf(head), entries, blobs: none }], close };
}

async function* none(): AsyncGenerator<never> {}

async function openParts(source: Source, found: readonly FoundPart[], close: () => Promise<void>): Promise<OpenBundle> {
  if (found.length === 0) throw noBundle(source);
  const parts: BundlePart[] = [];
  for (const part of found) {
    if (await isTwin(part, found)) continue;
    const dialect = dialectOf(await headOf(part.entries()));
    const entries = () => watched(source, part.entries());
    parts.push({ path: part.path, dialect, entries, blobs: () => watchedBlobs(source, part.blobs()) });
  }
  return { parts, close };
}

/** gossip.pgn beside an equal messages.pgn is read once; where they differ, both are read. */
async function isTwin(part: FoundPart, all: readonly FoundPart[]): Promise<boolean> {
  const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/') + 1);
  const folder = folderOf(part.path);
  if (entryFile(part.path.slice(folder.length)) !== GOSSIP_FILE) return false;
  const twin = all.find(({ path, size }) => path !== part.path && folderOf(path) === folder && size === part.size);
  return twin !== undefined && sameBytes(part.entries(), twin.entries());
}

async function* watchedBlobs(source: Source, blobs: AsyncIterable<BundleBlob>): AsyncGenerator<BundleBlob> {
  for await (const { path, size, read } of watched(source, blobs)) {
    yield { path, size, read: () => watched(source, read()) };
  }
}

/** What goes on while it is read: errors blamed, the signal heeded. */
async function* watched<T>(source: Source, items: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  try {
    for (;;) {
      if (source.options.signal?.aborted) throw new UsageError('Cannot read bundle: it was cancelled');
      const next = await blaming(source, () => iterator.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

const noBundle = ({ name }: Source) =>
  new DecodeError('bundle', `Cannot open bundle: expected messages.pgn or gossip.pgn in ${name}, found neither`);

async function blaming<T>({ name }: Source, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PipesError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    if (reason.startsWith('ENOENT')) throw new UsageError(`Cannot open bundle: there is no ${name}`, { cause: error });
    throw new StorageError(`Cannot read bundle ${name}: ${reason}`, { cause: error });
  }
}

/**
 * Writes a bundle: into a folder, a zip, one sealed with age, or to standard output ('-'), on as many volumes as it
 * takes. Whatever happens, what lay there before is whole or the new one is: the writers see to that. Memory grows with
 * the blobs that one volume names, never with entries.
 */
import { resolve } from 'node:path';
import type { BundleContent, WriteBundleOptions, WrittenBundle } from '../../core/bundle/bundle.ts';
import {
  createVolume,
  type FileCost,
  folderCost,
  type Volume,
  type VolumeItem,
  zipCost,
} from '../../core/bundle/volume.ts';
import { PipesError, StorageError, UsageError } from '../../core/errors.ts';
import { isSealing } from './bundle-age.ts';
import { createFeed, type Feed } from './bundle-feed.ts';
import { type BundleFiles, isFull, mediumFull, nodeFiles, sibling } from './bundle-files.ts';
import { createTally, type Tally } from './bundle-tally.ts';
import type { VolumeWriter } from './bundle-volume-writer.ts';
import { writeFolder } from './bundle-write-folder.ts';
import { writeEntries, writeZip } from './bundle-write-stream.ts';

/** What a test puts in place of the disk and of standard output. */
export interface WritePorts {
  readonly files: BundleFiles;
  readonly output: NodeJS.WritableStream;
}

interface Kind {
  readonly cost: FileCost;
  writer(target: string): VolumeWriter;
}

const BLOCK = 4096;

/**
 * Rejects with UsageError for what cannot be meant or was cancelled, MediumFullError where the medium is full, StorageError
 * where it fails.
 */
export async function writeBundle(
  target: string,
  content: BundleContent,
  options: WriteBundleOptions = {},
  ports: WritePorts = { files: nodeFiles, output: process.stdout },
): Promise<WrittenBundle> {
  const tally = createTally(options);
  const kind = await kindOf(target, content, options, ports, tally);
  const feed = createFeed(content, options.signal);
  const volumes: string[] = [];
  try {
    for (let n = 1; (await feed.peek()) !== undefined; n++) {
      const place = n === 1 ? target : await nextPlace(target, n, options);
      tally.volume(n);
      const work = options.dryRun ? count : write;
      await blaming(place, () => work(kind, place, feed, options.size ?? Infinity, tally));
      volumes.push(place);
    }
  } finally {
    await feed.close();
  }
  return { ...tally.counts, volumes };
}

async function kindOf(
  target: string,
  content: BundleContent,
  options: WriteBundleOptions,
  { files, output }: WritePorts,
  tally: Tally,
): Promise<Kind> {
  const isStream = target === '-';
  if (isStream && options.size !== undefined) {
    throw new UsageError('Cannot write bundle: expected a folder or a zip to split, got standard output');
  }
  if (isStream && options.entriesOnly) return { cost: zipCost, writer: () => writeEntries(output, tally) };
  if (isStream) return { cost: zipCost, writer: () => writeZip({ output }, content, options, tally) };
  if (options.entriesOnly) {
    throw new UsageError('Cannot write bundle: expected standard output (-) for entries alone');
  }
  if (isZipName(target)) {
    return { cost: zipCost, writer: (path) => writeZip({ path: resolve(path), files }, content, options, tally) };
  }
  if (isSealing(options)) {
    throw new UsageError(`Cannot seal bundle: expected a name that ends in .zip.age, or -, got ${target}`);
  }
  const space = await files.space(resolve(target, '..'));
  return {
    cost: folderCost(space?.block ?? BLOCK),
    writer: (path) => writeFolder(resolve(path), content, files, tally),
  };
}

const isZipName = (target: string): boolean => /\.(zip|age)$/i.test(target);

const nextPlace = async (target: string, n: number, { volume }: WriteBundleOptions): Promise<string> =>
  volume === undefined ? sibling(target, n) : volume(n);

async function write(kind: Kind, place: string, feed: Feed, size: number, tally: Tally): Promise<void> {
  const volume = createVolume(size, kind.cost);
  const writer = kind.writer(place);
  await writer.start();
  try {
    await fill(volume, feed, size, async ({ dialect, entry }) => {
      await writer.entry(dialect, entry);
      tally.entry(entry.length);
    });
    await writer.finish(volume);
  } catch (error) {
    await writer.undo().catch(() => undefined);
    throw error;
  }
}

/** Writes nothing. */
async function count(kind: Kind, _place: string, feed: Feed, size: number, tally: Tally): Promise<void> {
  const volume = createVolume(size, kind.cost);
  await fill(volume, feed, size, async ({ entry }) => tally.entry(entry.length));
  for (const part of volume.parts.values()) {
    for (const blob of part.blobs.values()) blob.size === undefined ? tally.missing() : tally.blob(blob.size, false);
  }
}

async function fill(
  volume: Volume,
  feed: Feed,
  size: number,
  take: (item: VolumeItem) => Promise<void>,
): Promise<void> {
  for (let item = await feed.peek(); item !== undefined; item = await feed.peek()) {
    if (!volume.add(item)) break;
    feed.take();
    await take(item);
  }
  if (volume.parts.size === 0) {
    throw new UsageError(`Cannot split bundle: expected room for one entry with its files, got ${size} bytes`);
  }
}

async function blaming<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PipesError) throw error;
    if (isFull(error)) throw mediumFull(place, undefined, error);
    const reason = error instanceof Error ? error.message : String(error);
    throw new StorageError(`Cannot write bundle to ${place}: ${reason}. What lay there before is whole.`, {
      cause: error,
    });
  }
}

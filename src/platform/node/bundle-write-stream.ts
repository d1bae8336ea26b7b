/**
 * Writes a bundle as one stream: a zip (decisions/0011-zip.md), sealed where that is wanted, into a file or to standard
 * output; or entries alone to standard output. A file has a temporary name until it is whole and on the medium.
 */
import { once } from 'node:events';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { BundleContent, BundleSource, WriteBundleOptions } from '../../core/bundle/bundle.ts';
import { blobPaths, ENTRIES_END, ENTRY_FILES, ENTRY_SEPARATOR, partFolders } from '../../core/bundle/layout.ts';
import type { NamedBlob, Volume, VolumePart } from '../../core/bundle/volume.ts';
import { equal, utf8 } from '../../core/bytes.ts';
import type { Dialect } from '../../core/log/dialect.ts';
import { createSealer, isSealing } from './bundle-age.ts';
import { type BundleFiles, piecesOf } from './bundle-files.ts';
import { hashOf } from './bundle-inspect.ts';
import { openSpool, type Spooled } from './bundle-spool.ts';
import type { Tally } from './bundle-tally.ts';
import type { VolumeWriter } from './bundle-volume-writer.ts';

type Bytes = AsyncIterable<Uint8Array>;
type Target = { readonly output: NodeJS.WritableStream } | { readonly path: string; readonly files: BundleFiles };

/** The entries as they stand in messages.pgn. */
export function writeEntries(output: NodeJS.WritableStream, tally: Tally): VolumeWriter {
  let isFirst = true;
  return {
    start: async () => {},
    async entry(_, entry) {
      tally.check();
      await put(output, utf8(isFirst ? '' : ENTRY_SEPARATOR));
      isFirst = false;
      await put(output, entry);
    },
    finish: () => put(output, utf8(ENTRIES_END)),
    undo: async () => {},
  };
}

/** Entries wait in temporary files, as the zip names its files one after the other. */
export function writeZip(
  target: Target,
  content: BundleContent,
  options: WriteBundleOptions,
  tally: Tally,
): VolumeWriter {
  const spools = new Map<Dialect, Spooled>();
  const sealed = isSealing(options) ? createSealer(options) : (plain: Bytes) => plain;
  const closeAll = async () => {
    for (const spool of spools.values()) await spool.close();
    spools.clear();
  };
  return {
    async start() {
      if ('path' in target) await target.files.remove(temporaryPath(target.path));
    },
    async entry(dialect, entry) {
      tally.check();
      const spool = spools.get(dialect);
      if (spool !== undefined) await spool.file.writeFile(utf8(ENTRY_SEPARATOR));
      const open = spool ?? (await openSpool());
      spools.set(dialect, open);
      await open.file.writeFile(entry);
    },
    async finish(volume) {
      for (const { file } of spools.values()) await file.writeFile(utf8(ENTRIES_END));
      const bytes = sealed(packed(volume, content, spools, tally));
      if ('output' in target) for await (const piece of bytes) await put(target.output, piece);
      else await putFile(target, bytes);
      await closeAll();
    },
    async undo() {
      await closeAll();
      if ('path' in target) await target.files.remove(temporaryPath(target.path));
    },
  };
}

const temporaryPath = (path: string): string => join(dirname(path), `${basename(path)}.tmp`);

async function putFile({ path, files }: Extract<Target, { path: string }>, bytes: Bytes): Promise<void> {
  await files.folder(dirname(path));
  const file = await files.create(temporaryPath(path));
  try {
    for await (const piece of bytes) await file.write(piece);
    await file.sync();
  } finally {
    await file.close();
  }
  await files.rename(temporaryPath(path), path);
  await files.syncFolder(dirname(path));
}

async function put(output: NodeJS.WritableStream, bytes: Uint8Array): Promise<void> {
  if (!output.write(bytes)) await once(output, 'drain');
}

/** One date for all, so that the same content gives the same bytes and nobody learns when it was written. */
const FILE = { mtime: new Date(1980, 0, 1), mode: 0o100644, forceDosTimestamp: true };

async function* packed(
  volume: Volume,
  content: BundleContent,
  spools: ReadonlyMap<Dialect, Spooled>,
  tally: Tally,
): AsyncGenerator<Uint8Array> {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  zip.on('error', (error: Error) => output.destroy(error));
  const places = partFolders([...volume.parts.keys()], content.own);
  for (const [dialect, part] of volume.parts) {
    const place = places.get(dialect) ?? '';
    const spool = spools.get(dialect);
    for (const name of ENTRY_FILES[dialect]) if (spool) add(zip, joined(place, name), () => piecesOf(spool.file));
    for (const [path, source] of await blobsOf(part, content, tally)) {
      add(zip, joined(place, path), () => counted(source, tally), false);
    }
  }
  zip.end();
  yield* output;
}

const joined = (place: string, name: string): string => (place === '' ? name : `${place}/${name}`);

/** Blobs are mostly packed or sealed already. */
function add(zip: ZipFile, path: string, read: () => Bytes, compress = true): void {
  zip.addReadStreamLazy(path, { ...FILE, compress }, (callback) => callback(null, Readable.from(read())));
}

async function* counted({ size, read }: BundleSource, tally: Tally): Bytes & AsyncGenerator<Uint8Array> {
  tally.check();
  yield* read();
  tally.blob(size, false);
}

/** Each under a name of its own; one whose bytes are no longer right is left out. */
async function blobsOf(part: VolumePart, content: BundleContent, tally: Tally): Promise<[string, BundleSource][]> {
  const taken = new Set<string>();
  const found: [string, BundleSource][] = [];
  for (const blob of part.blobs.values()) {
    tally.check();
    const source = await sourceOf(blob, content);
    if (source === undefined) {
      tally.missing();
      continue;
    }
    const path = blobPaths(part.dialect, blob.hash).find((name) => !taken.has(name)) ?? '';
    taken.add(path);
    found.push([path, source]);
  }
  return found;
}

async function sourceOf({ hash, size }: NamedBlob, content: BundleContent): Promise<BundleSource | undefined> {
  const source = size === undefined ? undefined : await content.blob(hash);
  return source !== undefined && equal(await hashOf(source.read()), hash) ? source : undefined;
}

/**
 * Writes one volume of a bundle into a folder so that, whenever the medium is pulled out or the process dies, each file
 * of entries there is the old one or the new one, and all blobs that it names are whole. Entries go to temporary files first; blobs follow, each under a
 * temporary name until it is on the medium; the files of entries get their names last. Blobs of the old bundle stay, so
 * that it remains whole meanwhile. A further try starts with what lies there already: a blob whose bytes are right is not
 * written again.
 *
 * When the new bundle stands, files of entries that are not part of it are removed: what is in the folder is this bundle.
 */
import { dirname, join } from 'node:path';
import type { BundleContent } from '../../core/bundle/bundle.ts';
import {
  blobPaths,
  ENTRIES_END,
  ENTRY_FILES,
  ENTRY_SEPARATOR,
  entryFile,
  fitsPath,
  isPartFolder,
  isTemporaryFile,
  partFolders,
  temporaryFile,
} from '../../core/bundle/layout.ts';
import { folderCost, type NamedBlob, type Volume, type VolumePart } from '../../core/bundle/volume.ts';
import { equal, utf8 } from '../../core/bytes.ts';
import type { Dialect } from '../../core/log/dialect.ts';
import { type BundleFiles, mediumFull, type NewFile } from './bundle-files.ts';
import { hashOf } from './bundle-inspect.ts';
import type { Tally } from './bundle-tally.ts';
import type { VolumeWriter } from './bundle-volume-writer.ts';

interface Folder {
  readonly root: string;
  readonly files: BundleFiles;
  readonly content: BundleContent;
  readonly tally: Tally;
  temporaries: number;
  /** Folders whose names must be on the medium before the new bundle stands. */
  readonly touched: Set<string>;
  readonly known: Set<string>;
}

/** Entries of one dialect on their way. */
interface Staged {
  readonly path: string;
  readonly file: NewFile;
  readonly pieces: Uint8Array[];
  size: number;
}

export function writeFolder(root: string, content: BundleContent, files: BundleFiles, tally: Tally): VolumeWriter {
  const folder: Folder = { root, files, content, tally, temporaries: 0, touched: new Set(), known: new Set() };
  const staged = new Map<Dialect, Staged>();
  return {
    async start() {
      await makeFolder(folder, '');
      await removeTemporaries(folder);
    },
    async entry(dialect, entry) {
      const stage = staged.get(dialect) ?? (await newStage(folder));
      const first = !staged.has(dialect);
      staged.set(dialect, stage);
      await append(stage, first ? [entry] : [utf8(ENTRY_SEPARATOR), entry]);
    },
    async finish(volume) {
      const places = partFolders([...volume.parts.keys()], content.own);
      const renames: [from: string, to: string][] = [];
      for (const stage of staged.values()) await complete(stage);
      await checkSpace(folder, volume);
      for (const [dialect, part] of volume.parts) {
        const place = places.get(dialect) ?? '';
        await makeFolder(folder, place);
        await placeBlobs(folder, place, part);
        renames.push(...(await entryFiles(folder, place, dialect, (staged.get(dialect) as Staged).path)));
      }
      await putInPlace(folder, renames);
      await removeSuperseded(
        folder,
        renames.map(([, to]) => to),
      );
    },
    async undo() {
      for (const { file } of staged.values()) await file.close().catch(() => undefined);
      await removeTemporaries(folder);
    },
  };
}

const PIECE = 256 * 1024;

async function newStage(folder: Folder): Promise<Staged> {
  const path = temporary(folder);
  return { path, file: await folder.files.create(path), pieces: [], size: 0 };
}

const temporary = (folder: Folder): string => join(folder.root, temporaryFile(folder.temporaries++));

async function append(stage: Staged, pieces: readonly Uint8Array[]): Promise<void> {
  stage.pieces.push(...pieces);
  stage.size += pieces.reduce((sum, { length }) => sum + length, 0);
  if (stage.size >= PIECE) await flush(stage);
}

async function flush(stage: Staged): Promise<void> {
  stage.size = 0;
  await stage.file.write(Buffer.concat(stage.pieces.splice(0)));
}

async function complete(stage: Staged): Promise<void> {
  await append(stage, [utf8(ENTRIES_END)]);
  await flush(stage);
  await stage.file.sync();
  await stage.file.close();
}

/** One temporary file for each file of entries, whole and on the medium. */
async function entryFiles(
  folder: Folder,
  place: string,
  dialect: Dialect,
  staged: string,
): Promise<[string, string][]> {
  const names = ENTRY_FILES[dialect].map((name) => join(folder.root, place, name));
  const copies = names.slice(1).map(() => temporary(folder));
  for (const copy of copies) await copyFile(folder.files, staged, copy);
  return names.map((name, i) => [i === 0 ? staged : (copies[i - 1] as string), name]);
}

async function copyFile(files: BundleFiles, from: string, to: string): Promise<void> {
  const file = await files.create(to);
  try {
    for await (const piece of files.read(from)) await file.write(piece);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Everything that the new bundle names is on the medium before the first file of entries gets its name. */
async function putInPlace(folder: Folder, renames: readonly (readonly [string, string])[]): Promise<void> {
  await syncTouched(folder);
  for (const [from, to] of renames) {
    await folder.files.rename(from, to);
    folder.touched.add(dirname(to)).add(folder.root);
  }
  await syncTouched(folder);
}

async function syncTouched(folder: Folder): Promise<void> {
  for (const path of folder.touched) await folder.files.syncFolder(path);
  folder.touched.clear();
}

async function makeFolder(folder: Folder, path: string): Promise<void> {
  if (folder.known.has(path)) return;
  for (const made of await folder.files.folder(join(folder.root, path))) folder.touched.add(made).add(dirname(made));
  folder.known.add(path);
}

/** So many blobs are written before they are synced together. */
const BATCH = 16;
const BATCH_BYTES = 16 * 2 ** 20;

interface Placing {
  readonly file: NewFile;
  readonly from: string;
  readonly to: string;
  readonly size: number;
}

async function placeBlobs(folder: Folder, place: string, part: VolumePart): Promise<void> {
  const claimed = new Set<string>();
  const batch: Placing[] = [];
  try {
    for (const blob of part.blobs.values()) {
      folder.tally.check();
      const placing = await placeBlob(folder, place, part.dialect, blob, claimed);
      if (placing !== undefined) batch.push(placing);
      if (batch.length >= BATCH || sizeOf(batch) >= BATCH_BYTES) await settle(folder, batch);
    }
    await settle(folder, batch);
  } finally {
    for (const { file } of batch) await file.close().catch(() => undefined);
  }
}

const sizeOf = (batch: readonly Placing[]): number => batch.reduce((sum, { size }) => sum + size, 0);

/** Undefined where nothing is to be written. */
async function placeBlob(
  folder: Folder,
  place: string,
  dialect: Dialect,
  blob: NamedBlob,
  claimed: Set<string>,
): Promise<Placing | undefined> {
  const source = blob.size === undefined ? undefined : await folder.content.blob(blob.hash);
  if (source === undefined) return folder.tally.missing();
  const { path, kept } = await choosePath(folder, place, dialect, blob.hash, claimed);
  claimed.add(path);
  if (kept) {
    await folder.files.syncFile(path);
    folder.touched.add(dirname(path));
    return folder.tally.blob(source.size, true);
  }
  const from = temporary(folder);
  const file = await folder.files.create(from);
  const hash = await hashOf(copied(source.read(), file)).catch(async (error) => {
    await file.close().catch(() => undefined);
    throw error;
  });
  if (equal(hash, blob.hash)) return { file, from, to: path, size: source.size };
  await file.close();
  await folder.files.remove(from);
  return folder.tally.missing();
}

async function* copied(bytes: AsyncIterable<Uint8Array>, file: NewFile): AsyncGenerator<Uint8Array> {
  for await (const piece of bytes) {
    await file.write(piece);
    yield piece;
  }
}

/** A file whose bytes do not fit its name is damaged and gives way; another blob's keeps its name. */
async function choosePath(
  { root, files }: Folder,
  place: string,
  dialect: Dialect,
  hash: Uint8Array,
  claimed: ReadonlySet<string>,
): Promise<{ path: string; kept: boolean }> {
  for (const name of blobPaths(dialect, hash)) {
    const path = join(root, place, name);
    if (claimed.has(path)) continue;
    if ((await files.size(path)) === undefined) return { path, kept: false };
    const found = await hashOf(files.read(path));
    if (equal(found, hash)) return { path, kept: true };
    if (!fitsPath(name, found)) return { path, kept: false };
  }
  throw new Error('more blobs share one name than there are names');
}

/** Syncs a batch, then gives the files their names. */
async function settle(folder: Folder, batch: Placing[]): Promise<void> {
  const synced = await Promise.allSettled(batch.map(({ file }) => file.sync()));
  for (const result of synced) if (result.status === 'rejected') throw result.reason;
  for (let next = batch[0]; next !== undefined; next = batch[0]) {
    await next.file.close();
    const place = dirname(next.to);
    await makeFolder(folder, place.slice(folder.root.length).replace(/^[/\\]/, ''));
    await folder.files.rename(next.from, next.to);
    folder.touched.add(place);
    folder.tally.blob(next.size, false);
    batch.shift();
  }
}

async function removeTemporaries({ root, files }: Folder): Promise<void> {
  for (const name of await files.list(root)) if (isTemporaryFile(name)) await files.remove(join(root, name));
}

/** On a medium that knows no case, the new file may be listed under the old one's name: then it is the new file. */
async function removeSuperseded(folder: Folder, written: readonly string[]): Promise<void> {
  const { root, files } = folder;
  const places = ['', ...(await files.list(root)).filter(isPartFolder)];
  for (const place of places) {
    const names = (await files.list(join(root, place))).filter((name) => entryFile(name) !== undefined);
    for (const name of names) {
      const ours = join(root, place, name.toLowerCase());
      const isNew = written.includes(ours) && (name === name.toLowerCase() || !names.includes(name.toLowerCase()));
      if (isNew) continue;
      await files.remove(join(root, place, name));
      folder.touched.add(join(root, place));
    }
  }
  await syncTouched(folder);
}

/** Says at once that it won't fit, instead of after an hour of copying. */
async function checkSpace({ root, files, content }: Folder, volume: Volume): Promise<void> {
  const space = await files.space(root);
  if (space === undefined) return;
  const cost = folderCost(space.block);
  const places = partFolders([...volume.parts.keys()], content.own);
  let needed = 0;
  for (const [dialect, part] of volume.parts) {
    for (const name of ENTRY_FILES[dialect].slice(1)) needed += cost(part.bytes, name);
    for (const { hash, size } of part.blobs.values()) {
      const [path = ''] = blobPaths(dialect, hash);
      const there = await files.size(join(root, places.get(dialect) ?? '', path));
      if (size !== undefined && there !== size) needed += cost(size, path);
    }
  }
  if (needed > space.free) throw mediumFull(root, needed - space.free);
}

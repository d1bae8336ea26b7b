/**
 * BlobStore over SQLite and files (decisions/0005-storage.md): small blobs and the index of all in
 * "<folder>/index.db", larger ones in files (blobs-files.ts). A file is whole on disk before the index names
 * it, and out of the index before it is deleted. One found with another size than the index says is forgotten,
 * never served, and can be put again.
 */
import { join } from 'node:path';
import type { BlobStore, Clock } from '../../core/ports.ts';
import { blobRange, guardBlobs } from '../../core/storage.ts';
import type { Found, Kept } from './blobs-engine.ts';
import { type BlobFiles, blobFiles } from './blobs-files.ts';
import { bytesPass } from './heap-pace.ts';
import type { BlobRequest } from './store-protocol.ts';
import { type Line, openLine } from './store-queue.ts';

const INLINE_BYTES = 16 * 1024;

interface Shelf {
  readonly files: BlobFiles;
  readonly line: Line<BlobRequest>;
  readonly clock: Pick<Clock, 'now'>;
  /** The last piece of work on each hash: puts and deletes of one hash follow each other. */
  readonly turns: Map<string, Promise<unknown>>;
}

/** Opens or creates the folder. Rejects with StorageError where that cannot be. */
export async function openBlobs(folder: string, { clock }: { clock: Pick<Clock, 'now'> }): Promise<BlobStore> {
  const line = await openLine<BlobRequest>({ kind: 'blobs', path: join(folder, 'index.db') });
  const shelf: Shelf = { files: blobFiles(folder), line, clock, turns: new Map() };
  try {
    await shelf.files.prepare();
    if (!line.opened.clean) await removeOrphans(shelf);
  } catch (error) {
    await line.close();
    throw error;
  }
  return guardBlobs({
    put: (hash, bytes) => inTurn(shelf, hash, () => put(shelf, hash, bytes)),
    get: (hash, start, end) => get(shelf, hash, start, end),
    size: async (hash) => (await look(shelf, hash))?.size,
    delete: (hash) => inTurn(shelf, hash, () => remove(shelf, hash)),
    total: () => line.ask({ ask: 'total' }) as Promise<number>,
    list: (limit, after = '') => line.ask({ ask: 'list', limit, after }) as ReturnType<BlobStore['list']>,
    close: () => line.close(),
  });
}

async function put(shelf: Shelf, hash: string, bytes: Uint8Array): Promise<'stored' | 'known'> {
  const kept = await look(shelf, hash);
  if (kept !== undefined && (await isWhole(shelf, hash, kept))) return 'known';
  if (kept !== undefined) await remove(shelf, hash);
  const inline = bytes.length <= INLINE_BYTES;
  bytesPass(bytes.length);
  if (!inline) await shelf.files.write(hash, bytes);
  const added = shelf.clock.now();
  await shelf.line.ask(
    { ask: 'keep', hash, size: bytes.length, added, bytes: inline ? bytes : undefined },
    inline ? bytes.length : 0,
  );
  return 'stored';
}

async function get(shelf: Shelf, hash: string, start?: number, end?: number): Promise<Uint8Array | undefined> {
  const found = (await shelf.line.ask({ ask: 'read', hash, start, end })) as Found | undefined;
  if (found === undefined || found.bytes !== null) return found?.bytes;
  const bytes = await shelf.files.read(hash, found.size, blobRange(found.size, start, end));
  bytesPass(bytes?.length ?? 0);
  if (bytes === undefined) await inTurn(shelf, hash, () => removeDamaged(shelf, hash));
  return bytes;
}

const look = (shelf: Shelf, hash: string): Promise<Kept | undefined> =>
  shelf.line.ask({ ask: 'look', hash }) as Promise<Kept | undefined>;

const isWhole = async (shelf: Shelf, hash: string, kept: Kept): Promise<boolean> =>
  !kept.file || (await shelf.files.size(hash)) === kept.size;

async function remove(shelf: Shelf, hash: string): Promise<void> {
  const file = await shelf.line.ask({ ask: 'drop', hash });
  if (file === true) await shelf.files.remove(hash);
}

/** Looks once more, now that it is its turn: it may have been deleted and put again meanwhile. */
async function removeDamaged(shelf: Shelf, hash: string): Promise<void> {
  const kept = await look(shelf, hash);
  if (kept !== undefined && !(await isWhole(shelf, hash, kept))) await remove(shelf, hash);
}

/** After a crash: files that were whole but not yet in the index, or out of it but not yet deleted. */
async function removeOrphans(shelf: Shelf): Promise<void> {
  for await (const hashes of shelf.files.all()) {
    const kept = await Promise.all(hashes.map((hash) => look(shelf, hash)));
    for (const [i, hash] of hashes.entries()) if (kept[i]?.file !== true) await shelf.files.remove(hash);
  }
}

function inTurn<T>({ turns }: Shelf, hash: string, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(hash) ?? Promise.resolve()).then(work, work);
  turns.set(hash, turn);
  const leave = (): void => {
    if (turns.get(hash) === turn) turns.delete(hash);
  };
  turn.then(leave, leave);
  return turn;
}

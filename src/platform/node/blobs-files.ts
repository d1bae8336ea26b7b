/**
 * Files named by hash under two-character folders. A file is written under a temporary name, synced, renamed,
 * and its folder synced: under its own name it is whole, whenever the power fails.
 */
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError } from '../../core/errors.ts';

export interface Range {
  readonly start: number;
  readonly end: number;
}

export type BlobFiles = ReturnType<typeof blobFiles>;

const TEMPORARY = 'tmp';

export function blobFiles(folder: string) {
  const pathOf = (hash: string): string => join(folder, hash.slice(0, 2), hash);
  let temporaries = 0;
  return {
    /** Makes the folder, and removes what an interrupted write has left. */
    prepare: (): Promise<void> =>
      blaming(`Cannot open blobs in ${folder}`, async () => {
        await rm(join(folder, TEMPORARY), { recursive: true, force: true });
        await mkdir(join(folder, TEMPORARY), { recursive: true, mode: 0o700 });
      }),
    write: (hash: string, bytes: Uint8Array): Promise<void> =>
      blaming(`Cannot write blob ${pathOf(hash)}`, () => {
        temporaries++;
        return writeSynced(folder, join(folder, TEMPORARY, `${hash}-${temporaries}`), pathOf(hash), bytes);
      }),
    /** The range of a file of exactly `size` bytes; undefined where there is none of that size. */
    read: (hash: string, size: number, range: Range): Promise<Uint8Array | undefined> =>
      blaming(`Cannot read blob ${pathOf(hash)}`, () => readRange(pathOf(hash), size, range)),
    size: (hash: string): Promise<number | undefined> =>
      blaming(`Cannot read blob ${pathOf(hash)}`, () => stat(pathOf(hash)).then(({ size }) => size, absent)),
    remove: (hash: string): Promise<void> =>
      blaming(`Cannot delete blob ${pathOf(hash)}`, () => rm(pathOf(hash), { force: true })),
    /** The hashes of all files, a folder of them at a time. */
    async *all(): AsyncGenerator<string[]> {
      for (const name of await readdir(folder)) {
        if (!/^[0-9a-f]{2}$/.test(name)) continue;
        yield (await readdir(join(folder, name))).filter((file) => /^[0-9a-f]{64}$/.test(file));
      }
    },
  };
}

async function writeSynced(folder: string, temporary: string, final: string, bytes: Uint8Array): Promise<void> {
  try {
    await using(open(temporary, 'wx', 0o600), async (file) => {
      await file.writeFile(bytes);
      await file.sync();
    });
    const made = await mkdir(join(final, '..'), { recursive: true, mode: 0o700 });
    await rename(temporary, final);
    await syncFolder(join(final, '..'));
    if (made !== undefined) await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function readRange(path: string, size: number, { start, end }: Range): Promise<Uint8Array | undefined> {
  if ((await stat(path).then((found) => found.size, absent)) !== size) return undefined;
  return using(open(path, 'r'), async (file) => {
    const bytes = new Uint8Array(end - start);
    for (let done = 0; done < bytes.length; ) {
      const { bytesRead } = await file.read(bytes, done, bytes.length - done, start + done);
      if (bytesRead === 0) return undefined;
      done += bytesRead;
    }
    return bytes;
  }).catch(absent);
}

/** Windows neither needs nor allows it. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using(open(path, 'r'), (folder) => folder.sync());
}

async function using<T>(opening: Promise<FileHandle>, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await opening;
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

function absent(error: unknown): undefined {
  if ((error as { code?: string }).code !== 'ENOENT') throw error;
}

async function blaming<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new StorageError(`${doing}: ${cause}`, { cause: error });
  }
}

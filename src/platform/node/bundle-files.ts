/**
 * What writing a bundle asks of a file system, small enough that a test can stand in for a medium that fails, fills up
 * or is pulled out at any call. Paths are absolute.
 */
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MediumFullError } from '../../core/bundle/bundle.ts';

export interface BundleFiles {
  /** Makes the folder and those above it; the folders that were new, outermost first. */
  folder(path: string): Promise<readonly string[]>;
  /** Makes the file, or empties it. */
  create(path: string): Promise<NewFile>;
  rename(from: string, to: string): Promise<void>;
  /** Whether or not it is there. */
  remove(path: string): Promise<void>;
  /** Names in it are on the medium when this resolves. */
  syncFolder(path: string): Promise<void>;
  /** What is in the file is on the medium when this resolves. */
  syncFile(path: string): Promise<void>;
  /** Names in the folder; none where there is no such folder. */
  list(path: string): Promise<readonly string[]>;
  /** Bytes of the file; undefined where there is no such file. */
  size(path: string): Promise<number | undefined>;
  read(path: string): AsyncIterable<Uint8Array>;
  /** Bytes free on the medium that holds the path, where that can be told, and in what pieces they are given out. */
  space(path: string): Promise<{ readonly free: number; readonly block: number } | undefined>;
}

export interface NewFile {
  write(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

export const nodeFiles: BundleFiles = {
  async folder(path) {
    const first = await mkdir(path, { recursive: true });
    const made: string[] = [];
    for (let at = path; first !== undefined && at.length >= first.length; at = dirname(at)) made.unshift(at);
    return made;
  },
  async create(path) {
    const file = await open(path, 'w');
    return {
      write: (bytes) => file.writeFile(bytes),
      sync: () => file.sync(),
      close: () => file.close(),
    };
  },
  rename,
  remove: (path) => rm(path, { force: true }),
  syncFolder: (path) => synced(path, 'r').catch(ifNotOffered),
  syncFile: (path) => synced(path, 'r+'),
  list: (path) => readdir(path).catch(ifAbsent([])),
  size: (path) => stat(path).then((found) => (found.isFile() ? found.size : undefined), ifAbsent(undefined)),
  read: (path) => readFileOf(path, 'r'),
  space: (path) =>
    statfs(path).then(
      ({ bavail, bsize }) => ({ free: bavail * bsize, block: bsize }),
      () => undefined,
    ),
};

const PIECE = 256 * 1024;

/** The file in pieces; each is a copy of its own. */
export async function* readFileOf(path: string, flags: string | number): AsyncGenerator<Uint8Array> {
  const file = await open(path, flags);
  try {
    yield* piecesOf(file);
  } finally {
    await file.close();
  }
}

export async function* piecesOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  for (let at = 0; ; ) {
    const { bytesRead, buffer } = await file.read(new Uint8Array(PIECE), 0, PIECE, at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** ENOSPC, a quota, and what a medium with too small a directory or file limit says. */
export const isFull = (error: unknown): boolean => ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(codeOf(error));

/** `missing`: how many bytes must become free, where that can be told. */
export function mediumFull(place: string, missing: number | undefined, cause?: unknown): MediumFullError {
  const lacks = missing === undefined ? '' : `; ${missing} bytes more are needed`;
  const message = `Cannot write bundle to ${place}: the medium is full${lacks}. Nothing was lost. Make room, or split it over several.`;
  return new MediumFullError(message, missing, { cause });
}

/** A second file beside the first, for a sibling of a folder or zip: "name-2", "name-2.zip". */
export function sibling(target: string, n: number): string {
  const base = target.slice(dirname(target).length).replace(/^[/\\]/, '');
  const ending = /(\.zip)?(\.age)?$/i.exec(base)?.[0] ?? '';
  return join(dirname(target), `${base.slice(0, base.length - ending.length)}-${n}${ending}`);
}

async function synced(path: string, flags: string): Promise<void> {
  const file = await open(path, flags);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Windows opens no folders, and some media sync none; a medium that fails says EIO or ENODEV, which stays an error. */
function ifNotOffered(error: unknown): void {
  if (!['EPERM', 'EACCES', 'EISDIR', 'EINVAL', 'ENOTSUP', 'ENOSYS'].includes(codeOf(error))) throw error;
}

const ifAbsent =
  <T>(value: T) =>
  (error: unknown): T => {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return value;
    throw error;
  };

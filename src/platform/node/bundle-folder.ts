/**
 * A bundle in a folder, on whatever medium, also a read-only one. Links are not followed: what a stick holds decides
 * nothing about what is read beside it. Folders are read as a stream, so that memory does not grow with their size.
 */
import { constants } from 'node:fs';
import { open, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundleBlob, BundleLimits } from '../../core/bundle/bundle.ts';
import { BLOB_FOLDERS, entryFile, isBlobFolder, isBlobPath, isPartFolder } from '../../core/bundle/layout.ts';
import { DecodeError } from '../../core/errors.ts';
import { piecesOf } from './bundle-files.ts';

/** A file of entries as found, and the blobs of its folder. */
export interface FoundPart {
  /** Seen from the source, with "/". */
  readonly path: string;
  readonly size: number;
  entries(): AsyncIterable<Uint8Array>;
  blobs(): AsyncIterable<BundleBlob>;
}

/** How far below the folder that was named a bundle is looked for. */
const SEARCHED_FOLDERS = 3;

/** By path. */
export async function findPartsInFolder(root: string, limits: BundleLimits): Promise<FoundPart[]> {
  const budget = { left: limits.files };
  const found: FoundPart[] = [];
  for await (const part of search(root, '', SEARCHED_FOLDERS, budget)) found.push(part);
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

interface Budget {
  left: number;
}

/** Below a folder that is a bundle lie only its other dialects; else the bundle may be in any folder below. */
async function* search(root: string, folder: string, depth: number, budget: Budget): AsyncGenerator<FoundPart> {
  const folders: string[] = [];
  let isBundle = false;
  for await (const { name, kind } of namesIn(join(root, folder), budget)) {
    const path = joined(folder, name);
    if (kind === 'folder' && folders.length < FOLDERS) folders.push(name);
    if (kind !== 'file' || entryFile(name) === undefined) continue;
    isBundle = true;
    const size = await sizeOf(join(root, path));
    const blobs = () => blobsIn(join(root, folder), '', { left: budget.left });
    if (size !== undefined) yield { path, size, entries: () => readPlain(join(root, path)), blobs };
  }
  if (depth === 0) return;
  for (const name of folders.sort())
    if (!isBundle || isPartFolder(name)) yield* search(root, joined(folder, name), depth - 1, budget);
}

const FOLDERS = 100_000;

async function* blobsIn(root: string, folder: string, budget: Budget): AsyncGenerator<BundleBlob> {
  const depth = folder === '' ? 0 : folder.split('/').length;
  for await (const { name, kind } of namesIn(join(root, folder), budget)) {
    const path = joined(folder, name);
    if (kind === 'folder' && depth < BLOB_FOLDERS && isBlobFolder(name)) yield* blobsIn(root, path, budget);
    if (kind !== 'file' || !isBlobPath(path)) continue;
    const size = await sizeOf(join(root, path));
    if (size !== undefined) yield { path, size, read: () => readPlain(join(root, path)) };
  }
}

type Kind = 'file' | 'folder' | 'other';

async function* namesIn(path: string, budget: Budget): AsyncGenerator<{ name: string; kind: Kind }> {
  for await (const item of await opendir(path, { bufferSize: 256 })) {
    if (--budget.left < 0) throw new DecodeError('files', 'Cannot read bundle: expected fewer files in its folder');
    yield { name: item.name, kind: item.isFile() ? 'file' : item.isDirectory() ? 'folder' : 'other' };
  }
}

const joined = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

/** A plain file and nothing else: no link, and no pipe that would never end. */
const PLAIN = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

async function* readPlain(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path, PLAIN);
  try {
    if ((await file.stat()).isFile()) yield* piecesOf(file);
  } finally {
    await file.close();
  }
}

/** Undefined for what is no longer a plain file. */
async function sizeOf(path: string): Promise<number | undefined> {
  const file = await open(path, PLAIN).catch(() => undefined);
  const found = await file?.stat().finally(() => file.close());
  return found?.isFile() ? found.size : undefined;
}

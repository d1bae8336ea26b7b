/**
 * A bundle in a zip, read through yauzl (decisions/0011-zip.md). Contents and names are not trusted: what is unpacked
 * is bounded by the size of the zip, no file gives more than its header says, no name reaches a file system. The list
 * of contents is read again for each question, so that memory does not grow with it.
 */
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { type Entry, fromFdPromise, type ZipFile } from 'yauzl';
import type { BundleBlob, BundleLimits } from '../../core/bundle/bundle.ts';
import { entryFile, isBlobPath } from '../../core/bundle/layout.ts';
import { DecodeError } from '../../core/errors.ts';
import { codeOf } from './bundle-files.ts';
import type { FoundPart } from './bundle-folder.ts';

export const isZip = (head: Uint8Array): boolean =>
  head[0] === 0x50 && head[1] === 0x4b && ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6));

const PARTS = 1000;
const NAME_BYTES = 1024;
/** Below this a file may be packed as well as it can be. */
const SMALL = 2 ** 20;

/** By path. The caller closes the file. Throws DecodeError for what is no whole zip or unpacks to too much. */
export async function findPartsInZip(file: FileHandle, limits: BundleLimits): Promise<FoundPart[]> {
  const { size } = await file.stat();
  const found: FoundPart[] = [];
  let total = 0;
  let files = 0;
  for await (const { path, zip, entry } of contents(file)) {
    total += entry.uncompressedSize;
    if (++files > limits.files) throw tooMuch(`at most ${limits.files} files`);
    if (total > limits.unpacked + limits.ratio * size) throw tooMuch('contents in proportion to its size');
    if (path === undefined) continue;
    const { folder, name } = split(path);
    if (entryFile(name) === undefined || !isPlain(entry)) continue;
    checkRatio(entry, limits);
    if (found.length === PARTS) throw tooMuch(`at most ${PARTS} files of entries`);
    found.push({
      path,
      size: entry.uncompressedSize,
      entries: () => unpacked(zip, entry),
      blobs: () => blobsIn(file, folder, limits),
    });
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function* blobsIn(file: FileHandle, folder: string, limits: BundleLimits): AsyncGenerator<BundleBlob> {
  const prefix = folder === '' ? '' : `${folder}/`;
  for await (const { path, zip, entry } of contents(file)) {
    if (!path?.startsWith(prefix) || !isBlobPath(path.slice(prefix.length)) || !isPlain(entry)) continue;
    checkRatio(entry, limits);
    yield { path: path.slice(prefix.length), size: entry.uncompressedSize, read: () => unpacked(zip, entry) };
  }
}

/** `path` is undefined for a name that no bundle has. */
async function* contents(file: FileHandle): AsyncGenerator<{ path: string | undefined; zip: ZipFile; entry: Entry }> {
  const options = { autoClose: false, decodeStrings: false, validateEntrySizes: true };
  const zip = await blaming(() => fromFdPromise(file.fd, options));
  const entries = zip.eachEntry();
  for (;;) {
    const next = await blaming(() => entries.next());
    if (next.done) return;
    yield { path: pathOf(next.value), zip, entry: next.value };
  }
}

/** Names are ASCII wherever they matter, with either slash. */
function pathOf({ fileNameRaw }: Entry): string | undefined {
  if (fileNameRaw.length > NAME_BYTES) return undefined;
  const path = fileNameRaw.toString('latin1').replaceAll('\\', '/').replace(/^\.\//, '');
  return path.split('/').some((name) => name === '' || name === '..') ? undefined : path;
}

function split(path: string): { folder: string; name: string } {
  const slash = path.lastIndexOf('/');
  return { folder: path.slice(0, Math.max(slash, 0)), name: path.slice(slash + 1) };
}

/** Neither encrypted, nor packed in a way that nobody uses, nor a link (the upper half of the attributes is Unix's). */
const isPlain = (entry: Entry): boolean =>
  !entry.isEncrypted() &&
  [0, 8].includes(entry.compressionMethod) &&
  ![0o120000, 0o040000].includes((entry.externalFileAttributes >>> 16) & 0o170000);

function checkRatio(entry: Entry, { ratio }: BundleLimits): void {
  if (entry.uncompressedSize > SMALL && entry.uncompressedSize > entry.compressedSize * ratio) {
    throw tooMuch('contents in proportion to its size');
  }
}

async function* unpacked(zip: ZipFile, entry: Entry): AsyncGenerator<Uint8Array> {
  const stream = await blaming(() => zip.openReadStreamPromise(entry));
  const pieces: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]();
  let sum = 0;
  try {
    for (;;) {
      const next = await blaming(() => pieces.next());
      if (next.done) break;
      sum = crc32(next.value, sum);
      yield next.value;
    }
  } finally {
    stream.destroy();
  }
  if (sum !== entry.crc32) throw damaged('its checksum does not fit');
}

const tooMuch = (expected: string) => new DecodeError('zip', `Cannot read zip: expected ${expected}, got more`);

const damaged = (what: string, cause?: unknown) => new DecodeError('zip', `Cannot read zip: ${what}`, { cause });

/** What the library says about the bytes is the zip's fault; what the system says stays as it is. */
async function blaming<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (/^E[A-Z]+$/.test(codeOf(error))) throw error;
    throw damaged(error instanceof Error ? error.message : String(error), error);
  }
}

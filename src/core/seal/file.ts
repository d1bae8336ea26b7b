/**
 * A file as the inside of a seal names it (spec/05-sealing.md#files): its name, type and size, the key that opens
 * its blobs, and the one blob that stands for it outside.
 */
import { concat } from '../bytes.ts';
import { DecodeError, UsageError } from '../errors.ts';
import { LIMITS } from '../registry.ts';
import { isUnknownTag, Reader, readNumber, readTags, readText, type Tags, tagged, varint } from '../wire.ts';
import { chunkCount } from './blob.ts';

export interface SealedFile {
  /** What the sender called it: no path, no control characters. Show it as text; never open by it. */
  readonly name: string;
  /** MIME type as the sender states it; empty where they did not. */
  readonly type: string;
  /** Bytes of the opened file. */
  readonly size: number;
  readonly key: Uint8Array;
  /** SHA-256 of the top blob: the sealed chunk of a file of one chunk, else the manifest. */
  readonly hash: Uint8Array;
}

export const MAX_FILE_BYTES = LIMITS.chunkBytes * LIMITS.manifestChunks;

const NAME = 1;
const TYPE = 3;
const SIZE = 5;
const KEY = 7;
const HASH = 9;
const RULES = { known: [NAME, TYPE, SIZE, KEY, HASH], atMost: 16 };
const UNFIT = /[\p{Cc}\u2028\u2029/\\]/u;

export const isFileName = (name: string): boolean =>
  name.length > 0 && name.length <= LIMITS.fileNameUnits && !UNFIT.test(name) && name !== '.' && name !== '..';

export const isFileType = (type: string): boolean => type.length <= LIMITS.fileTypeUnits && !/[^\x20-\x7e]/.test(type);

/** The nearest name that may be sealed: the last part of a path, unfit characters as `_`, its end (extension) kept. */
export function fitFileName(name: string): string {
  const last = name.toWellFormed().split(/[/\\]/).at(-1) ?? '';
  const clean = last.replace(new RegExp(UNFIT, 'gu'), '_').trim();
  const short = clean.slice(-LIMITS.fileNameUnits).toWellFormed();
  return isFileName(short) ? short : 'file';
}

export const fitFileType = (type: string): string => (isFileType(type) ? type : '');

export function encodeFile(file: SealedFile): Uint8Array<ArrayBuffer> {
  const problem = problemOf(file);
  if (problem !== undefined) throw new UsageError(`Cannot seal file: ${problem}`);
  return concat(
    tagged(NAME, file.name),
    tagged(TYPE, file.type),
    tagged(SIZE, varint(file.size)),
    tagged(KEY, file.key),
    tagged(HASH, file.hash),
  );
}

/** The file, or newer-version for a critical tag that is unknown here; throws DecodeError. */
export function decodeFile(bytes: Uint8Array): SealedFile | 'newer-version' {
  const tags = readTags(new Reader(bytes, 'sealed file'), RULES);
  if (isUnknownTag(tags)) return 'newer-version';
  const file = {
    name: readText(one(tags, NAME, 'file.name'), 'file.name', LIMITS.fileNameUnits),
    type: readText(one(tags, TYPE, 'file.type'), 'file.type', LIMITS.fileTypeUnits),
    size: readNumber(one(tags, SIZE, 'file.size'), 'file.size'),
    key: one(tags, KEY, 'file.key'),
    hash: one(tags, HASH, 'file.hash'),
  };
  const problem = problemOf(file);
  if (problem !== undefined) throw new DecodeError('file', `Cannot read sealed file: ${problem}`);
  return file;
}

/** Whether one sealed chunk holds the file, so that `hash` names it and there is no manifest. */
export const isOneChunk = (file: SealedFile): boolean => chunkCount(file.size) === 1;

function problemOf(file: SealedFile): string | undefined {
  if (!isFileName(file.name) || !file.name.isWellFormed()) return 'expected a name without path or control characters';
  if (!isFileType(file.type)) return 'expected a type of printable ASCII';
  if (!Number.isSafeInteger(file.size) || file.size < 0 || file.size > MAX_FILE_BYTES) {
    return `expected at most ${MAX_FILE_BYTES} bytes, got ${file.size}`;
  }
  return file.key.length === 32 && file.hash.length === 32 ? undefined : 'expected a key and a hash of 32 bytes';
}

function one(tags: Tags, tag: number, field: string): Uint8Array<ArrayBuffer> {
  const value = tags.get(tag)?.[0];
  if (value === undefined) throw new DecodeError(field, `Cannot read sealed file: ${field} is missing`);
  return value;
}

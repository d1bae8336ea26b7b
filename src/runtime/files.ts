/**
 * Seals files into blobs and opens them again (spec/05-sealing.md#files): chunks of 1 MiB under a fresh key, and a
 * manifest where there is more than one. Memory: sealFileTo and openChunks hold one chunk beside the caller's bytes;
 * sealFile holds all blobs, openFile the file and its chunks, so about twice its size at the end. At most 1 GiB.
 */
import { concat, equal, toHex } from '../core/bytes.ts';
import type { AttachmentMeta } from '../core/envelope/piper-types.ts';
import { RemoteError, UsageError, VerificationError } from '../core/errors.ts';
import type { AbortSignalLike, Ciphers, Random, Sha256 } from '../core/ports.ts';
import { LIMITS } from '../core/registry.ts';
import * as blobs from '../core/seal/blob.ts';
import { fitFileName, fitFileType, isOneChunk, MAX_FILE_BYTES, type SealedFile } from '../core/seal/file.ts';
import { CIPHER_KEY_BYTES } from '../core/seal/layout.ts';

export interface FilePorts {
  readonly ciphers: Ciphers;
  readonly random: Random;
  readonly sha256: Sha256;
}

export interface FileOptions {
  /** Bytes of the file done so far, and in all. Called after each chunk. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignalLike;
}

/** Ciphertext, named by its SHA-256 in hex: what PUT /blobs/<hash> takes. */
export interface SealedBlob {
  readonly hash: string;
  readonly bytes: Uint8Array;
}

export interface PlainFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

export interface SealedFileResult {
  /** For the inside of the seal (encodeBody). */
  readonly file: SealedFile;
  /** For the outside: names the top blob, and nothing of the file. */
  readonly attachment: AttachmentMeta;
}

/** The blob of that name, or undefined where nobody has it. */
export type FetchBlob = (hash: string) => Promise<Uint8Array | undefined>;

/** Seals a file and keeps all its blobs in memory, the top one last. Name and type are fitted to what may be sealed. */
export async function sealFile(
  plain: PlainFile,
  ports: FilePorts,
  options: FileOptions = {},
): Promise<SealedFileResult & { blobs: SealedBlob[] }> {
  const kept: SealedBlob[] = [];
  const result = await sealFileTo(async (blob) => void kept.push(blob), plain, ports, options);
  return { ...result, blobs: kept };
}

/** Seals a file and hands each blob to `put` before it makes the next; the top one comes last. */
export async function sealFileTo(
  put: (blob: SealedBlob) => Promise<void>,
  plain: PlainFile,
  ports: FilePorts,
  options: FileOptions = {},
): Promise<SealedFileResult> {
  const size = plain.bytes.length;
  if (size > MAX_FILE_BYTES) {
    throw new UsageError(`Cannot seal file: expected at most ${MAX_FILE_BYTES} bytes, got ${size}`);
  }
  const key = ports.random(CIPHER_KEY_BYTES);
  const chunks: blobs.ChunkReference[] = [];
  for (let index = 0; index < blobs.chunkCount(size); index++) {
    refuseAborted(options.signal, 'seal');
    const blob = await sealChunk(plain.bytes, index, key, ports);
    await put(blob.named);
    chunks.push({ hash: blob.hash, size: blob.named.bytes.length });
    options.onProgress?.(Math.min((index + 1) * LIMITS.chunkBytes, size), size);
  }
  const top = chunks.length === 1 ? chunks[0] : await putManifest(put, chunks, ports);
  if (top === undefined) throw new UsageError('Cannot seal file: it has no chunk');
  const file = { name: fitFileName(plain.name), type: fitFileType(plain.type), size, key, hash: top.hash };
  return { file, attachment: attachmentOf(top) };
}

/**
 * The file's bytes. Rejects with RemoteError where a blob is missing, VerificationError where one is not what the seal
 * names, UsageError where the signal fired.
 */
export async function openFile(
  file: SealedFile,
  fetchBlob: FetchBlob,
  ports: Omit<FilePorts, 'random'>,
  options: FileOptions = {},
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of openChunks(file, fetchBlob, ports, options)) parts.push(part);
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : concat(...parts);
}

/** The file chunk by chunk, each verified; only when all have come is it known that nothing was cut off. */
export async function* openChunks(
  file: SealedFile,
  fetchBlob: FetchBlob,
  ports: Omit<FilePorts, 'random'>,
  options: FileOptions = {},
): AsyncGenerator<Uint8Array> {
  const hashes = isOneChunk(file) ? [file.hash] : await chunksOf(file, fetchBlob, ports);
  let done = 0;
  for (const [index, hash] of hashes.entries()) {
    refuseAborted(options.signal, 'open');
    const blob = await fetchVerified(hash, fetchBlob, ports);
    const part = await openChunk(blob, index, index === hashes.length - 1, file.key, ports);
    done += part.length;
    if (done !== Math.min((index + 1) * LIMITS.chunkBytes, file.size)) refuse('its size is not the one in the seal');
    options.onProgress?.(done, file.size);
    yield part;
  }
}

async function sealChunk(bytes: Uint8Array, index: number, key: Uint8Array, ports: FilePorts) {
  const last = index === blobs.chunkCount(bytes.length) - 1;
  const part = bytes.subarray(index * LIMITS.chunkBytes, (index + 1) * LIMITS.chunkBytes);
  const nonce = blobs.chunkNonce(index, last);
  const sealed = await ports.ciphers.encrypt(key, nonce, part, blobs.chunkAssociated(index, last));
  return nameBlob(blobs.joinChunk(sealed), ports);
}

async function openChunk(
  blob: Uint8Array,
  index: number,
  last: boolean,
  key: Uint8Array,
  ports: Pick<FilePorts, 'ciphers'>,
): Promise<Uint8Array> {
  if (blobs.blobKind(blob) !== blobs.CHUNK) refuse(`chunk ${index} is none`);
  const associated = blobs.chunkAssociated(index, last);
  const part = await ports.ciphers.decrypt(key, blobs.chunkNonce(index, last), blobs.splitChunk(blob), associated);
  return part ?? refuse(`chunk ${index} does not fit its key and place`);
}

async function putManifest(
  put: (blob: SealedBlob) => Promise<void>,
  chunks: readonly blobs.ChunkReference[],
  ports: FilePorts,
): Promise<blobs.ChunkReference> {
  const { named, hash } = nameBlob(blobs.encodeManifest(chunks), ports);
  await put(named);
  return { hash, size: named.bytes.length };
}

function nameBlob(bytes: Uint8Array, ports: Pick<FilePorts, 'sha256'>): { named: SealedBlob; hash: Uint8Array } {
  const hash = ports.sha256(bytes);
  return { named: { hash: toHex(hash), bytes }, hash };
}

const attachmentOf = (top: blobs.ChunkReference): AttachmentMeta => ({
  filename: SEALED_FILENAME,
  mime_type: SEALED_MIME_TYPE,
  sha256: toHex(top.hash),
  size_bytes: top.size,
});

/** What every sealed file is called outside of the seal. */
export const SEALED_FILENAME = 'sealed';
export const SEALED_MIME_TYPE = 'application/vnd.pipes.sealed';

async function chunksOf(file: SealedFile, fetchBlob: FetchBlob, ports: Pick<FilePorts, 'sha256'>) {
  const chunks = blobs.decodeManifest(await fetchVerified(file.hash, fetchBlob, ports));
  const size = chunks.reduce((sum, chunk) => sum + chunk.size - blobs.CHUNK_OVERHEAD, 0);
  if (size !== file.size) refuse('its manifest has another size than the seal');
  return chunks.map((chunk) => chunk.hash);
}

async function fetchVerified(hash: Uint8Array, fetchBlob: FetchBlob, ports: Pick<FilePorts, 'sha256'>) {
  const name = toHex(hash);
  const blob = await fetchBlob(name);
  if (blob === undefined) throw new RemoteError(`Cannot open file: blob ${name} is not there (yet or any more)`);
  if (!equal(ports.sha256(blob), hash)) refuse(`blob ${name} has other bytes than its name says`);
  return blob;
}

function refuseAborted(signal: AbortSignalLike | undefined, verb: string): void {
  if (signal?.aborted) throw new UsageError(`Cannot ${verb} file: it was cancelled`);
}

function refuse(detail: string): never {
  throw new VerificationError(`Cannot open file: ${detail}`);
}

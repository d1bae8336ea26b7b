/** Puts a .br and a .gz beside every file of a built page that gains from it, so that the relay never compresses. */
import { globSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const brotli = promisify(brotliCompress);
const deflate = promisify(gzip);

/** Below this a compressed copy saves no packet. */
const SMALLEST = 1024;

export async function compressDirectory(directory: string): Promise<void> {
  const files = globSync('**/*.{html,js,css,svg,json,txt,webmanifest,wasm}', { cwd: directory });
  await Promise.all(files.map((file) => compressFile(join(directory, file))));
}

async function compressFile(file: string): Promise<void> {
  const bytes = await readFile(file);
  if (bytes.length < SMALLEST) return;
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  await keepIfSmaller(`${file}.br`, await brotli(bytes, { params }), bytes.length);
  await keepIfSmaller(`${file}.gz`, await deflate(bytes, { level: 9 }), bytes.length);
}

async function keepIfSmaller(file: string, compressed: Uint8Array, size: number): Promise<void> {
  if (compressed.length < size) await writeFile(file, compressed);
}

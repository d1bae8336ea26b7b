/**
 * Keeps a stream in a temporary file of this user alone, since a zip is read from its end. The file has no name while it
 * is used, where the system allows that: what a seal held leaves no copy behind, whatever ends the process.
 */
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DecodeError } from '../../core/errors.ts';

export interface Spooled {
  readonly file: FileHandle;
  close(): Promise<void>;
}

/** Throws DecodeError for more than `limit` bytes. */
export async function spool(source: AsyncIterable<Uint8Array>, limit: number): Promise<Spooled> {
  const spooled = await openSpool();
  try {
    let size = 0;
    for await (const piece of source) {
      size += piece.length;
      if (size > limit) throw new DecodeError('size', `Cannot read bundle: expected at most ${limit} bytes`);
      await spooled.file.writeFile(piece);
    }
    return spooled;
  } catch (error) {
    await spooled.close();
    throw error;
  }
}

/** An empty one, to be written and read. */
export async function openSpool(): Promise<Spooled> {
  const folder = await mkdtemp(join(tmpdir(), 'pipes-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  const file = await open(join(folder, 'bundle'), 'wx+', 0o600).catch(async (error) => {
    await remove();
    throw error;
  });
  const isNameless = process.platform !== 'win32';
  if (isNameless) await remove();
  return {
    file,
    async close() {
      await file.close();
      if (!isNameless) await remove();
    },
  };
}

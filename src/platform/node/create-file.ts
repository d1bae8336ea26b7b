/**
 * Creates a file that is whole and on disk, or not there at all: written beside its place, synced, then linked there.
 * A link fails where the name is taken, so that one of several creators wins.
 */
import { link, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { toHex } from '../../core/bytes.ts';
import { random } from './crypto.ts';

/** For its owner alone (mode 0600, its directory 0700 where it is new). False: there is such a file already. */
export async function createFile(path: string, content: string): Promise<boolean> {
  const directory = dirname(path);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const temporary = `${path}.${toHex(random(8))}.tmp`;
  try {
    await writeSynced(temporary, content);
    const placed = await placeExclusively(temporary, path);
    await syncDirectory(directory);
    return placed;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeSynced(path: string, content: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function placeExclusively(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') return false;
    if (!WITHOUT_LINKS.has(code)) throw error;
    return placeWithoutLinks(temporary, path);
  }
}

/** What file systems without hard links (FAT, some network shares) answer. */
const WITHOUT_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL']);

/** Not exclusive to the instant; still whole and never over a file that was there before. */
async function placeWithoutLinks(temporary: string, path: string): Promise<boolean> {
  const taken = await stat(path).then(
    () => true,
    () => false,
  );
  if (!taken) await rename(temporary, path);
  return !taken;
}

/** Windows opens no directories, and needs no sync for them. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => undefined);
  await directory?.sync().catch(() => undefined);
  await directory?.close();
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

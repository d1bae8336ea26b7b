/**
 * DATA_DIR/owner.json: how the owner's own commands reach the running relay, and the secret that only they can read. The
 * secret is drawn at the first start and kept; the address is that of the last start.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { equalConstantTime, toHex, utf8 } from '../core/bytes.ts';
import type { Random } from '../core/ports.ts';

export interface OwnerFile {
  readonly token: string;
  /** Where the relay answers, or last did. */
  readonly url?: string;
}

const pathOf = (dataDir: string): string => join(dataDir, 'owner.json');

/** Undefined where there is none that can be read. */
export async function readOwnerFile(dataDir: string): Promise<OwnerFile | undefined> {
  try {
    const { token, url } = JSON.parse(await readFile(pathOf(dataDir), 'utf8'));
    if (!/^[0-9a-f]{64}$/.test(token)) return undefined;
    return typeof url === 'string' ? { token, url } : { token };
  } catch {
    return undefined;
  }
}

/** The secret; a new one where there is none yet. */
export async function ownerToken(dataDir: string, random: Random): Promise<string> {
  const present = await readOwnerFile(dataDir);
  if (present !== undefined) return present.token;
  const token = toHex(random(32));
  await writeOwnerFile(dataDir, { token });
  return token;
}

/** For the commands that find the data in use. */
export async function noteAddress(dataDir: string, url: string): Promise<void> {
  const present = await readOwnerFile(dataDir);
  if (present !== undefined) await writeOwnerFile(dataDir, { ...present, url });
}

async function writeOwnerFile(dataDir: string, file: OwnerFile): Promise<void> {
  const temporary = `${pathOf(dataDir)}.tmp`;
  await writeFile(temporary, `${JSON.stringify(file)}\n`, { mode: 0o600 });
  await rename(temporary, pathOf(dataDir));
}

export const isToken = (token: string, header: string | undefined): boolean =>
  equalConstantTime(utf8(`Bearer ${token}`), utf8(header ?? ''));

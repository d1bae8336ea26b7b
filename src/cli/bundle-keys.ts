/** Keys of sealed bundles on the command line: age recipients, age identities in files, passphrases in files. */
import { readFile } from 'node:fs/promises';
import { UsageError } from '../core/errors.ts';

export interface SealFlags {
  to: string[];
  sealPassphraseFile?: string;
}

export interface ReadSealFlags {
  identity: string[];
  openPassphraseFile?: string;
}

/** A recipient is given itself or in a file, a line each. */
export async function sealTo({ to, sealPassphraseFile }: SealFlags) {
  const recipients = (await Promise.all(to.map(recipientsOf))).flat();
  return {
    ...(recipients.length > 0 && { recipients }),
    ...(sealPassphraseFile !== undefined && {
      passphrase: await firstLine('--seal-passphrase-file', sealPassphraseFile),
    }),
  };
}

export async function readSeal({ identity, openPassphraseFile }: ReadSealFlags) {
  const identities = (await Promise.all(identity.map((path) => linesOf('--identity', path)))).flat();
  return {
    ...(identities.length > 0 && { identities }),
    ...(openPassphraseFile !== undefined && {
      passphrase: await firstLine('--open-passphrase-file', openPassphraseFile),
    }),
  };
}

const recipientsOf = async (given: string): Promise<string[]> =>
  given.startsWith('age1') ? [given] : linesOf('--to', given);

/** Without comments, as age writes its files. */
async function linesOf(option: string, path: string): Promise<string[]> {
  const lines = (await textOf(option, path)).split(/\r?\n/).map((line) => line.trim());
  const keys = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (keys.length === 0) throw new UsageError(`Cannot use ${option}: expected a key in ${path}, found none`);
  return keys;
}

async function firstLine(option: string, path: string): Promise<string> {
  const [line = ''] = (await textOf(option, path)).split(/\r?\n/);
  if (line === '') throw new UsageError(`Cannot use ${option}: expected a passphrase in its first line, got none`);
  return line;
}

const textOf = (option: string, path: string): Promise<string> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`Cannot use ${option}: expected a readable file, got ${error.code ?? error.message}`);
  });

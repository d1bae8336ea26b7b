/** A passphrase comes out of a file: on the command line or in the environment others could read it. */
import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import { UsageError } from '../core/errors.ts';

export function passphraseOption(): Option {
  return new Option('--passphrase-file <path>', 'its first line opens the key file, or seals a new one');
}

export async function passphraseOf(flags: { passphraseFile?: string }): Promise<{ passphrase?: string }> {
  const path = flags.passphraseFile;
  if (path === undefined) return {};
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`Cannot read --passphrase-file: expected a readable file, got ${error.code ?? error.message}`);
  });
  const [passphrase = ''] = text.split(/\r?\n/);
  if (passphrase === '')
    throw new UsageError('Cannot use --passphrase-file: expected a passphrase in its first line, got none');
  return { passphrase };
}

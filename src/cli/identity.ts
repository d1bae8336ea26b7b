/** `pipes identity`: who this installation is. An identity is made silently where there is none. */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import type { Command } from 'commander';
import { toHex } from '../core/bytes.ts';
import { UsageError } from '../core/errors.ts';
import { dot1Of } from '../core/identity/spelling.ts';
import { seedFromWords, WORD_COUNT, type WordsReading, wordsFromSeed } from '../core/identity/words.ts';
import { sha256 } from '../platform/node/crypto.ts';
import { importSeed, type Keys, loadOrCreateKeys, rootSeed } from '../platform/node/keys.ts';
import { EXIT } from './exit.ts';
import { createOutput, table } from './output.ts';
import { passphraseOf, passphraseOption } from './passphrase.ts';
import { dataDirOption } from './settings.ts';

interface IdentityFlags {
  dataDir: string;
  passphraseFile?: string;
  json?: boolean;
}

export function addIdentity(program: Command, finish: (code: number) => void): void {
  const identity = program.command('identity').summary('show, write down or restore who you are');
  identity.description('Show, write down or restore who this installation is.');
  const add = (name: string, description: string, run: (flags: IdentityFlags) => Promise<number>, isDefault = false) =>
    identity
      .command(name, { isDefault })
      .description(description)
      .addOption(dataDirOption())
      .addOption(passphraseOption())
      .option('--json', 'print JSON')
      .action(async (flags: IdentityFlags) => finish(await run(flags)));
  add('show', 'Show the keys that others know this identity by. Makes an identity where there is none.', show, true);
  add('words', 'Show the 24 words that restore this identity elsewhere. Whoever has them is you.', words);
  add('restore', 'Restore an identity from its 24 words, read from stdin, where there is none yet.', restore);
}

async function show(flags: IdentityFlags): Promise<number> {
  const dataDir = await made(flags.dataDir);
  printKeys(flags, dataDir, await loadOrCreateKeys(dataDir, await passphraseOf(flags)));
  return EXIT.ok;
}

async function words(flags: IdentityFlags): Promise<number> {
  const dataDir = await made(flags.dataDir);
  const options = await passphraseOf(flags);
  await loadOrCreateKeys(dataDir, options);
  const seed = await rootSeed(dataDir, options);
  if (seed === undefined)
    throw new UsageError('Cannot show words: this identity was imported from a seed that has none');
  const spelt = wordsFromSeed(seed);
  const output = createOutput(flags.json === true);
  output.note('Write these down and keep them where nobody else reads them: whoever has them is you.\n');
  output.data(spelt, numbered(spelt));
  return EXIT.ok;
}

async function restore(flags: IdentityFlags): Promise<number> {
  if (process.stdin.isTTY) console.error(`Type or paste the ${WORD_COUNT} words, then Enter and Ctrl+D.`);
  const reading = seedFromWords(await readAll(process.stdin));
  if (reading.kind !== 'seed') throw new UsageError(`Cannot restore identity: ${complaint(reading)}`);
  const dataDir = await made(flags.dataDir);
  const keys = await importSeed(dataDir, { kind: 'root', root: reading.seed }, await passphraseOf(flags));
  printKeys(flags, dataDir, keys);
  return EXIT.ok;
}

function complaint(reading: Exclude<WordsReading, { kind: 'seed' }>): string {
  if (reading.kind === 'wrong-count') return `expected ${WORD_COUNT} words, got ${reading.count}`;
  if (reading.kind === 'wrong-checksum')
    return 'all words are known, but they do not fit together; compare them once more';
  return `expected words of the list, got others at ${reading.positions.join(', ')}`;
}

function numbered(spelt: readonly string[]): string {
  const cells = spelt.map((word, i) => `${String(i + 1).padStart(2)} ${word}`);
  const rows = Array.from({ length: 6 }, (_, row) => cells.filter((_, i) => Math.floor(i / 4) === row));
  return table(rows);
}

async function made(path: string): Promise<string> {
  const dataDir = resolve(path);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  return dataDir;
}

function printKeys(flags: IdentityFlags, dataDir: string, { signer, agreement }: Keys): void {
  const facts = {
    dot1: dot1Of(sha256, signer.key),
    key: toHex(signer.key),
    agreementKey: toHex(agreement.key),
    dataDir,
  };
  const rows = [
    ['short name', facts.dot1],
    ['key', facts.key],
    ['others seal to', facts.agreementKey],
    ['kept in', dataDir],
  ];
  createOutput(flags.json === true).data(facts, table(rows));
}

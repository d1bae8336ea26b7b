/** `pipes identity`: who this installation is. An identity is made silently where there is none. */
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { type Command, Option } from 'commander';
import { fromHex } from '../core/bytes.ts';
import { UsageError } from '../core/errors.ts';
import { seedFromWords, WORD_COUNT, type WordsReading, wordsFromSeed } from '../core/identity/words.ts';
import type { LogDialect } from '../core/ports.ts';
import { importSeed, loadOrCreateKeys, rootSeed } from '../platform/node/keys.ts';
import { importLogSeed } from '../platform/node/log-key.ts';
import type { Peer } from '../runtime/api.ts';
import { EXIT } from './exit.ts';
import { addLogOptions, type LogFlags, withLogs } from './logs.ts';
import { secondsToMs } from './numbers.ts';
import { createOutput, type Output, table } from './output.ts';
import { passphraseOf } from './passphrase.ts';
import { addPeerOptions, online, type PeerFlags, withPeer } from './peer.ts';

type NewFlags = LogFlags & { dialect: LogDialect; seedFile?: string };

export function addIdentity(program: Command, finish: (code: number) => void): void {
  const identity = program.command('identity');
  identity.description('Make, show, write down or restore who this installation is.');
  const add = (name: string, description: string, isDefault = false) =>
    addLogOptions(identity.command(name, { isDefault })).description(description);
  add('show', 'Show the log that others follow (USER.…), and your keys. Makes them where there are none.', true).action(
    (flags: LogFlags) => withLogs(flags, show).then(finish),
  );
  add('new', 'Make an identity and a log, where there are none yet.')
    .addOption(
      new Option('--dialect <dialect>', 'of the log: 2020-12 and 2020-04 are read by older Pigeon clients')
        .choices(['2020-04', '2020-06', '2020-12'])
        .default('2020-06'),
    )
    .option('--seed-file <path>', "go on with another Pigeon client's log: its Ed25519 seed, 64 hex characters")
    .action((flags: NewFlags) => create(flags).then(finish));
  add('words', 'Show the 24 words that restore this identity elsewhere. Whoever has them is you.').action(
    (flags: LogFlags) => words(flags).then(finish),
  );
  addPeerOptions(identity.command('claim <username>'))
    .description(
      'Claim a username at the relay, so that others find you as username@relay. The first who asks gets it.',
    )
    .action(async (username: string, flags: PeerFlags) => finish(await claim(username, flags)));
  add('restore', 'Restore an identity from its 24 words, read from stdin, where there is none yet.').action(
    (flags: LogFlags) => restore(flags).then(finish),
  );
}

/** The log's name alone on the first line: it is what other Pigeon clients follow. */
async function show(peer: Peer, output: Output): Promise<number> {
  const { author, dialect } = await peer.logs.own();
  const { dot1, key, agreementKey } = peer.identity;
  const rows = [
    ['dialect', dialect],
    ['short name', dot1],
    ['key', key],
    ['others seal to', agreementKey],
  ];
  output.data({ log: author, dialect, dot1, key, agreementKey }, `${author}\n\n${table(rows)}`);
  return EXIT.ok;
}

async function claim(username: string, flags: PeerFlags): Promise<number> {
  return withPeer(flags, async (peer, output) => {
    await online(peer, secondsToMs('--timeout', flags.timeout));
    await peer.claimName(username);
    const { host } = new URL(peer.status().relay ?? '');
    output.data({ username, key: peer.identity.key }, `You are ${username}@${host} to others.`);
    return EXIT.ok;
  });
}

async function create(flags: NewFlags): Promise<number> {
  const dataDir = await made(flags.dataDir);
  const present = ['identity.json', 'log-key.json'].find((name) => existsSync(join(dataDir, name)));
  if (present !== undefined) {
    throw new UsageError(`Cannot make identity: ${join(dataDir, present)} is there; choose another --data-dir`);
  }
  if (flags.seedFile !== undefined)
    await importLogSeed(dataDir, await seedOf(flags.seedFile), await passphraseOf(flags));
  return withLogs(flags, show, { logDialect: flags.dialect });
}

async function seedOf(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`Cannot read --seed-file: expected a readable file, got ${error.code ?? error.message}`);
  });
  const seed = bytes.length === 32 ? bytes : fromHex(bytes.toString('latin1').trim().toLowerCase(), 32);
  if (seed !== undefined) return seed;
  throw new UsageError('Cannot use --seed-file: expected 64 hex characters or 32 bytes');
}

async function words(flags: LogFlags): Promise<number> {
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

async function restore(flags: LogFlags): Promise<number> {
  if (process.stdin.isTTY) console.error(`Type or paste the ${WORD_COUNT} words, then Enter and Ctrl+D.`);
  const reading = seedFromWords(await readAll(process.stdin));
  if (reading.kind !== 'seed') throw new UsageError(`Cannot restore identity: ${complaint(reading)}`);
  const dataDir = await made(flags.dataDir);
  await importSeed(dataDir, { kind: 'root', root: reading.seed }, await passphraseOf(flags));
  return withLogs(flags, show);
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

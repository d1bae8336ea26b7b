/**
 * The vectors of spec/02-pigeon.md: made here by the code itself out of fixed seeds, one failure each, kept in
 * spec/vectors/pigeon/ for other implementations. spec-pigeon.test.ts holds code, vectors and text together;
 * `node test/spec-pigeon-vectors.ts --write` renews them after an intended change.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { toHex, utf8 } from '../src/core/bytes.ts';
import { type Dialect, formatId } from '../src/core/log/dialect.ts';
import { signerFromSeed } from '../src/platform/node/crypto.ts';
import { damagedBundles } from './spec-pigeon-vectors/damaged.ts';
import { fileManifests } from './spec-pigeon-vectors/files.ts';
import { logKeys } from './spec-pigeon-vectors/log-keys.ts';
import { proofs } from './spec-pigeon-vectors/proofs.ts';
import { rules } from './spec-pigeon-vectors/rules.ts';
import { sealedFiles } from './spec-pigeon-vectors/sealed-files.ts';
import { validBundles } from './spec-pigeon-vectors/valid.ts';
import type { PigeonVector } from './spec-pigeon-vectors/writer.ts';

export const folder = new URL('../spec/vectors/pigeon/', import.meta.url);

export const document = new URL('../spec/02-pigeon.md', import.meta.url);

export async function makePigeonVectors(): Promise<Map<string, Uint8Array>> {
  const made = [
    ...(await validBundles()),
    ...(await damagedBundles()),
    ...(await proofs()),
    ...(await logKeys()),
    ...fileManifests(),
    ...(await sealedFiles()),
    ...rules(),
  ];
  const files = new Map(made.map(({ file, bytes }) => [file, bytes]));
  if (files.size !== made.length) throw new Error('two vectors have one name');
  const index = made.map(({ bytes, ...rest }) => rest satisfies Omit<PigeonVector, 'bytes'>);
  return files.set('index.json', utf8(`${JSON.stringify({ authors: authors(), vectors: index }, null, 2)}\n`));
}

/** Seeds are thirty-two times the same byte. */
const authors = () =>
  Object.fromEntries(
    Object.entries({ ann: 0x21, ben: 0x22, device: 0x23 }).map(([name, byte]) => {
      const { key } = signerFromSeed(new Uint8Array(32).fill(byte));
      const spelt = (dialect: Dialect) => formatId(dialect, 'identity', key);
      return [
        name,
        { seed: toHex(new Uint8Array(32).fill(byte)), '2020-04': spelt('2020-04'), later: spelt('2020-12') },
      ];
    }),
  );

/** Fenced blocks of the text that show a file: ```pgn name. */
export const WORKED = /^```pgn ([\w.-]+)\n([\s\S]*?)^```$/gm;
/** Those that show a file's bytes in hex: ```hex name. */
export const WORKED_HEX = /^```hex ([\w.-]+)\n([\s\S]*?)^```$/gm;

export const hexRows = (bytes: Uint8Array): string =>
  `${
    toHex(bytes)
      .match(/.{1,64}/g)
      ?.join('\n') ?? ''
  }\n`;

async function write(): Promise<void> {
  const made = await makePigeonVectors();
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) rmSync(new URL(name, folder));
  for (const [name, bytes] of made) writeFileSync(new URL(name, folder), bytes);
  const text = readFileSync(document, 'utf8');
  const filled = text.replace(WORKED, (_, file: string) => {
    return `\`\`\`pgn ${file}\n${readFileSync(new URL(file, folder), 'utf8')}\`\`\``;
  });
  const shown = filled.replace(WORKED_HEX, (_, file: string) => {
    return `\`\`\`hex ${file}\n${hexRows(readFileSync(new URL(file, folder)))}\`\`\``;
  });
  writeFileSync(document, shown);
}

if (process.argv[2] === '--write') await write();

/** Holds spec/02-pigeon.md, spec/vectors/pigeon/ and the code together. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { blobPaths, partFolders } from '../src/core/bundle/layout.ts';
import { fromHex, fromUtf8, toHex, utf8 } from '../src/core/bytes.ts';
import { DecodeError, UsageError } from '../src/core/errors.ts';
import { decodeCertificate } from '../src/core/log/certificate.ts';
import type { Dialect } from '../src/core/log/dialect.ts';
import { blobsOf, type Entry, entryId, quoteValue, signedText } from '../src/core/log/entry.ts';
import { decodeFork } from '../src/core/log/fork.ts';
import { lipmaa } from '../src/core/log/lipmaa.ts';
import { decodeFileManifest } from '../src/core/log/manifest.ts';
import { readCertificate, readRevocation } from '../src/core/log/ownership.ts';
import { sealedIn } from '../src/core/log/sealed-blobs.ts';
import { sha256 } from '../src/platform/node/crypto.ts';
import { createVerifier } from '../src/platform/node/verifier.ts';
import { parseWhole, readAll } from './spec-pigeon-reader.ts';
import type { PigeonVector } from './spec-pigeon-vectors/writer.ts';
import { document, folder, hexRows, makePigeonVectors, WORKED, WORKED_HEX } from './spec-pigeon-vectors.ts';

const spec = readFileSync(document, 'utf8');
const read = (file: string): Uint8Array => readFileSync(new URL(file, folder));
const index: { vectors: PigeonVector[] } = JSON.parse(fromUtf8(read('index.json')) ?? '');
const verifier = createVerifier();
after(() => verifier.close());
const isSigned = (entry: Entry) => verifier.verify(entry.key, entry.signature, utf8(signedText(entry)));

test('the files of spec/vectors/pigeon/ are those that the code makes', async () => {
  const made = await makePigeonVectors();
  assert.deepEqual(readdirSync(folder).sort(), [...made.keys()].sort());
  for (const [file, bytes] of made) assert.ok(Buffer.from(bytes).equals(read(file)), file);
});

type Tries = Readonly<Record<PigeonVector['tries'], (vector: PigeonVector) => unknown>>;

const tries: Tries = {
  bundle: ({ file, given }) =>
    readAll(read(file), verifier.verify, (given as { blocked: string[] } | undefined)?.blocked),
  async fork({ file }) {
    const decoded = decodeFork(sha256, read(file));
    if (decoded.kind !== 'fork') return reasonOf(decoded);
    const signed = await Promise.all(decoded.proof.map(isSigned));
    if (signed.includes(false)) return { reason: 'bad signature' };
    return { depth: decoded.proof[0].depth, ids: decoded.proof.map((entry) => entryId(sha256, entry)) };
  },
  async certificate({ file }) {
    const decoded = decodeCertificate(sha256, read(file));
    if (decoded.kind !== 'certificate') return reasonOf(decoded);
    if (!(await isSigned(decoded.head))) return { reason: 'bad signature' };
    const [head, target] = [decoded.head, decoded.target].map((entry) => entryId(sha256, entry));
    return { head, target, depths: decoded.entries.map(({ depth }) => depth) };
  },
  async 'log certificate'({ file }) {
    const [item] = parseWhole(read(file));
    assert.ok(item?.kind === 'entry' && (await isSigned(item.entry)));
    const read_ = readCertificate(item.entry) ?? readRevocation(item.entry);
    if (read_ === undefined) return { reason: 'no statement' };
    const { identity, created, log, dialect: _, ...reference } = read_.statement;
    if (!(await verifier.verify(identity, read_.signature, read_.message))) return { reason: 'bad signature' };
    return { identity: toHex(identity), created, log: toHex(log), ...reference };
  },
  'file manifest'({ file }) {
    try {
      const { chunks, ...sizes } = decodeFileManifest(read(file));
      return { ...sizes, chunks: chunks.map(toHex) };
    } catch (error) {
      return { field: error instanceof DecodeError ? error.field : String(error) };
    }
  },
  async 'sealed files'({ file }) {
    const [item] = parseWhole(read(file));
    assert.ok(item?.kind === 'entry' && (await isSigned(item.entry)));
    return { blobs: sealedIn(item.entry) };
  },
  table: ({ file }) => tables[file]?.(JSON.parse(fromUtf8(read(file)) ?? '')),
};

const reasonOf = (refused: { reason: string; line?: number }) =>
  refused.line === undefined ? { reason: refused.reason } : { reason: refused.reason, line: refused.line };

const bytesOf = (hex: string): Uint8Array => fromHex(hex) ?? assert.fail(hex);

const tables: Readonly<Record<string, (cases: never[]) => void>> = {
  'lipmaa.json': (cases: [number, number][]) => {
    for (const [depth, link] of cases) assert.equal(lipmaa(depth), link, `depth ${depth}`);
  },
  'quoting.json': (cases: { text: string; value?: string }[]) => {
    for (const { text, value } of cases) {
      if (value !== undefined) assert.equal(quoteValue('2020-12', text), value);
      else assert.throws(() => quoteValue('2020-12', text), UsageError, text);
    }
  },
  'folders.json': (cases: { dialects: Dialect[]; own: Dialect | null; folders: Record<string, string> }[]) => {
    for (const { dialects, own, folders } of cases) {
      assert.deepEqual(Object.fromEntries(partFolders(dialects, own ?? undefined)), folders);
    }
  },
  'blob-places.json': (cases: { dialect: Dialect; sha256: string; paths: string[] }[]) => {
    for (const { dialect, sha256: hash, paths } of cases) {
      assert.deepEqual([...blobPaths(dialect, bytesOf(hash))].slice(0, paths.length), paths);
    }
  },
  'blob-names.json': (cases: { dialect: Dialect; kind: string; body: [string, string][]; blobs: string[] }[]) => {
    for (const { dialect, kind, body, blobs } of cases) {
      const entry = { dialect, kind, body } as unknown as Entry;
      assert.deepEqual(
        blobsOf(entry).map((hash) => toHex(hash)),
        blobs,
      );
    }
  },
};

for (const vector of index.vectors) {
  test(`${vector.file}: ${vector.about}`, async () => {
    const outcome = await tries[vector.tries](vector);
    assert.deepEqual(JSON.parse(JSON.stringify(outcome ?? null)), vector.expect ?? null);
  });
}

const requirements = [...spec.matchAll(/^\*\*(PGN-\d+)\*\*([\s\S]*?)(?=\n\n|$(?![\s\S]))/gm)].map(
  ([, id = '', text = '']) => ({ id, text }),
);

test('requirements are numbered without gaps or repeats', () => {
  assert.deepEqual(
    requirements.map(({ id }) => id),
    requirements.map((_, i) => `PGN-${i + 1}`),
  );
  assert.ok(requirements.length > 30);
});

test('every MUST has a vector, and no vector names a requirement that is not there', () => {
  const held = new Set(index.vectors.flatMap((vector) => vector.requirements));
  const inBytes = requirements.filter(({ text }) => /\bMUST\b/.test(text) && !text.includes('*(behaviour)*'));
  const missing = inBytes.filter(({ id }) => !held.has(id));
  assert.deepEqual(missing, []);
  const known = new Set(requirements.map(({ id }) => id));
  assert.deepEqual(
    [...held].filter((id) => !known.has(id)),
    [],
  );
});

test('the worked entries in the text are those of the vectors', () => {
  const blocks = [...spec.matchAll(WORKED)];
  assert.ok(blocks.length >= 3, `only ${blocks.length} worked entries found`);
  for (const [, file = '', shown = ''] of blocks) assert.equal(shown, fromUtf8(read(file)), file);
});

test('the worked bytes in the text are those of the vectors', () => {
  const blocks = [...spec.matchAll(WORKED_HEX)];
  assert.ok(blocks.length >= 1, `only ${blocks.length} worked bytes found`);
  for (const [, file = '', shown = ''] of blocks) assert.equal(shown, hexRows(read(file)), file);
});

/** Targets for what reads logs: bundles' entries, certificates, fork proofs, statements about log keys. */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { fromUtf8, toHex } from '../src/core/bytes.ts';
import { DecodeError } from '../src/core/errors.ts';
import { decodeCertificate, encodeCertificate } from '../src/core/log/certificate.ts';
import { blobsOf, type Entry, renderEntry } from '../src/core/log/entry.ts';
import { decodeFork, encodeFork } from '../src/core/log/fork.ts';
import { certificateBody, readCertificate, readRevocation, revocationBody } from '../src/core/log/ownership.ts';
import { createEntryParser, type Parsed } from '../src/core/log/parse.ts';
import { MOST_PIECES, sealedIn } from '../src/core/log/sealed-blobs.ts';
import { readsBack, type Target } from './target.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');
const folder = new URL('../spec/vectors/pigeon/', import.meta.url);
const LARGEST_SEED = 8_000;

const seeds = (names: RegExp): fc.Arbitrary<Uint8Array> => {
  const files = readdirSync(folder).filter((name) => names.test(name));
  const all = files.map((name) => Uint8Array.from(readFileSync(new URL(name, folder))));
  return fc.constantFrom(...all.filter((bytes) => bytes.length < LARGEST_SEED));
};

/** Whole, or in two pieces cut anywhere. */
function parse(bytes: Uint8Array, cut = 0): Parsed[] {
  const parser = createEntryParser();
  return [...parser.push(bytes.subarray(0, cut)), ...parser.push(bytes.subarray(cut)), ...parser.end()];
}

const bundles: Target = {
  name: 'pigeon-bundle',
  seeds: seeds(/^(2020-|sealed-files|no-sealed).*\.pgn$/),
  check(input) {
    const parsed = parse(input);
    assert.deepEqual(parse(input, Math.floor(input.length / 3)), parsed, 'pieces matter');
    for (const item of parsed) {
      if (item.kind === 'malformed') throw new DecodeError(item.reason, `line ${item.line}`);
      assert.equal(fromUtf8(item.bytes), renderEntry(item.entry), 'it has two forms');
      assert.ok(Buffer.from(input).includes(item.bytes), 'these bytes did not stand there');
      const named = new Set(blobsOf(item.entry).map(toHex));
      for (const { hash, pieces } of sealedIn(item.entry)) {
        assert.ok(/^[0-9a-f]{64}$/.test(hash) && pieces.length > 0 && pieces.length <= MOST_PIECES);
        assert.ok(
          pieces.every((piece) => named.has(piece)),
          'a piece that the entry does not name',
        );
      }
    }
    return parsed.length > 0;
  },
};

const certificates: Target = {
  name: 'pigeon-certificate',
  seeds: seeds(/^certificate.*\.pgn$/),
  check: (input) =>
    readsBack(
      input,
      (bytes) => {
        const decoded = decodeCertificate(sha256, bytes);
        return decoded.kind === 'certificate' ? decoded.entries : refuse(decoded.reason);
      },
      encodeCertificate,
    ),
};

const forks: Target = {
  name: 'pigeon-fork',
  seeds: seeds(/^fork.*\.pgn$/),
  check: (input) =>
    readsBack(
      input,
      (bytes) => {
        const decoded = decodeFork(sha256, bytes);
        return decoded.kind === 'fork' ? decoded.proof : refuse(decoded.reason);
      },
      encodeFork,
    ),
};

const ownership: Target = {
  name: 'pigeon-log-key',
  seeds: seeds(/^log-key.*\.pgn$/),
  check(input) {
    const [item] = parse(input);
    if (item?.kind !== 'entry') return refuse('entry');
    const certificate = readCertificate(item.entry);
    const revocation = readRevocation(item.entry);
    if (certificate) sameBody(item.entry, certificateBody(certificate.statement, certificate.signature));
    else if (revocation) sameBody(item.entry, revocationBody(revocation.statement, revocation.signature));
    else return refuse('statement');
    return true;
  },
};

/** What was read stands in the entry as it would be written; further pairs and another order are allowed. */
function sameBody(entry: Entry, written: Entry['body']): void {
  const body = new Map(entry.body);
  for (const [key, value] of written) assert.equal(body.get(key), value);
}

const refuse = (reason: string): never => {
  throw new DecodeError(reason, reason);
};

export const pigeonTargets: readonly Target[] = [bundles, certificates, forks, ownership];

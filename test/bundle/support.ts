/** What the tests of bundles share: peers with logs and files, contents to write, and what is found in a folder. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BundleContent } from '../../src/core/bundle/bundle.ts';
import { toHex, utf8 } from '../../src/core/bytes.ts';
import { type Dialect, formatId } from '../../src/core/log/dialect.ts';
import { bundles } from '../../src/platform/node/bundle.ts';
import { sha256, signerFromSeed } from '../../src/platform/node/crypto.ts';
import { createBundles } from '../../src/runtime/bundles.ts';
import { createBlobIntake } from '../../src/runtime/intake/blobs.ts';
import { createTestLogs, makeLog, seedOf } from '../logs/support.ts';

export interface Test {
  after(task: () => unknown): void;
}

export async function temporaryFolder(test: Test): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'pipes-bundle-'));
  test.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A peer in memory that reads and writes bundles where Node does. */
export async function createCourier() {
  const { logs, ports } = await createTestLogs();
  return {
    logs,
    ports,
    bundles: createBundles({
      platform: bundles,
      logs,
      blobs: createBlobIntake({ ...ports, logBlobs: logs.blobs }),
      store: ports.store,
      sha256,
    }),
  };
}

export interface Made {
  readonly dialect: Dialect;
  readonly author: string;
  readonly entries: readonly string[];
  readonly blobs: readonly Uint8Array[];
}

/** A log of which every `every`th entry names a file of about `size` bytes. */
export async function makeLogWithBlobs(
  n: number,
  { length = 12, every = 3, size = 700, dialect = '2020-06' as Dialect } = {},
): Promise<Made> {
  const signer = signerFromSeed(seedOf(n));
  const blobs = Array.from({ length: Math.ceil(length / every) }, (_, i) =>
    utf8(`file ${n}/${i} `.repeat(Math.ceil(size / 10))),
  );
  const blobId = (i: number) => formatId(dialect, 'blob', sha256(blobs[i] ?? new Uint8Array()));
  const textOf = (depth: number) => (depth % every === 0 ? blobId(depth / every) : `"entry ${depth}"`);
  return { dialect, author: toHex(signer.key), entries: await makeLog(signer, length, { dialect, textOf }), blobs };
}

/** What is to be written of some logs; entries up to `upTo`. */
export function contentOf(logs: readonly Made[], upTo = Number.POSITIVE_INFINITY): BundleContent {
  const blobs = new Map(logs.flatMap((log) => log.blobs.map((bytes) => [toHex(sha256(bytes)), bytes] as const)));
  const dialects = [...new Set(logs.map(({ dialect }) => dialect))];
  return {
    own: logs[0]?.dialect ?? '2020-06',
    parts: dialects.map((dialect) => ({
      dialect,
      entries: each(logs.filter((log) => log.dialect === dialect).flatMap((log) => log.entries.slice(0, upTo))),
    })),
    async blob(hash) {
      const bytes = blobs.get(toHex(hash));
      return bytes && { size: bytes.length, read: () => once(bytes) };
    },
  };
}

async function* each(entries: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const entry of entries) yield utf8(entry);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** A small generator with a seed (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Bundles in and out: drives what a platform reads and writes (core/bundle) and the logs. Everything that comes in is
 * checked here: entries by the logs, blobs by their hash, and only those that an entry names are kept.
 */

import type { BundleBlob, Bundles, OpenBundle } from '../core/bundle/bundle.ts';
import { concat, toHex } from '../core/bytes.ts';
import { UsageError } from '../core/errors.ts';
import type { Dialect } from '../core/log/dialect.ts';
import { blobsOf } from '../core/log/entry.ts';
import { parseEntry } from '../core/log/parse.ts';
import { SEALED_KIND } from '../core/log/sealed-blobs.ts';
import type { LogInfo, Sha256, Store } from '../core/ports.ts';
import { LIMITS } from '../core/registry.ts';
import type { BundleImportReport, PeerBundles } from './api-bundles.ts';
import type { ExportOptions, ImportOptions, ImportReport } from './api-logs.ts';
import type { LogsOfPeer } from './logs/logs.ts';
import { authorKey } from './logs/names.ts';
import type { Packs } from './packs/packs.ts';

interface Parts {
  readonly platform: Bundles;
  readonly logs: LogsOfPeer;
  readonly store: Store;
  readonly sha256: Sha256;
  /** Chat messages and packets that bundles carry. */
  readonly packs?: Packs;
}

const DIALECTS: readonly Dialect[] = ['2020-04', '2020-06', '2020-12'];
const PAGE = 256;
const MOST_REFUSALS = 1000;
/** By author, the heads of the logs that their bundles have shown. */
const HAS = 'has-logs';
const MOST_HEADS_UNITS = 1_000_000;

/** Where no platform reads and writes bundles, all of it is refused. */
export const noBundles: Bundles = {
  open: refuse,
  write: refuse,
  inspect: refuse,
};

async function refuse(): Promise<never> {
  throw new UsageError(
    'Cannot use bundles here: no folders can be reached; use logs.importEntries and logs.exportEntries',
  );
}

export function createBundles(parts: Parts): PeerBundles {
  const { platform } = parts;
  return {
    inspect: (source, options) => platform.inspect(source, options),
    async import(source, options = {}) {
      const bundle = await platform.open(source, options);
      try {
        const report = await importBundle(parts, bundle, options);
        if (options.dryRun === true) return report;
        await noteHeads(parts, report);
        return { ...report, ...(parts.packs && { messages: await parts.packs.deliver() }) };
      } finally {
        await bundle.close();
      }
    },
    async export(target, options = {}) {
      if (options.dryRun !== true && (await hasOwn(parts, options.authors))) {
        await parts.packs?.make({ files: options.files !== false });
      }
      const authors = await authorsOf(parts, options);
      const since = { ...(await headsOf(parts, options.for)), ...options.since };
      const { dialect: own } = await parts.logs.own();
      const content = {
        own,
        parts: DIALECTS.filter((dialect) => authors.some((log) => log.dialect === dialect)).map((dialect) => ({
          dialect,
          entries: entriesOf(
            parts,
            authors.filter((log) => log.dialect === dialect),
            { ...options, since },
          ),
        })),
        ...(options.files === false && { blobsFor }),
        async blob(hash: Uint8Array) {
          const bytes = await parts.logs.blobs.get(toHex(hash));
          return bytes && { size: bytes.length, read: () => once(bytes) };
        },
      };
      return platform.write(target, content, options);
    },
  };
}

/** All but the files of chat messages. */
async function blobsFor(entry: Uint8Array): Promise<readonly Uint8Array[]> {
  const parsed = parseEntry(entry);
  return parsed === undefined || parsed.kind === SEALED_KIND ? [] : blobsOf(parsed);
}

async function hasOwn({ logs }: Parts, authors: readonly string[] | undefined): Promise<boolean> {
  if (authors === undefined) return true;
  return authors.map(authorKey).includes((await logs.own()).key);
}

/** All entries first: they say which blobs are wanted. */
async function importBundle(parts: Parts, bundle: OpenBundle, options: ImportOptions): Promise<BundleImportReport> {
  const reports: ImportReport[] = [];
  for (const part of bundle.parts) reports.push(await parts.logs.importEntries(part.entries(), options));
  const blobs = { stored: 0, known: 0, refused: 0 };
  const isDry = options.dryRun === true;
  for (const part of bundle.parts) {
    if (isDry) break;
    for await (const blob of part.blobs()) {
      if (options.signal?.aborted === true) break;
      const taken = await take(parts, blob);
      if (taken === 'stored' || taken === 'known') blobs[taken]++;
      else if (taken !== 'not named') blobs.refused++;
    }
  }
  const wanted = new Set(reports.flatMap(({ wantedBlobs }) => wantedBlobs));
  for (const hash of wanted) if ((await parts.logs.blobs.get(hash)) !== undefined) wanted.delete(hash);
  return {
    ...sum(
      reports,
      bundle.parts.findIndex(({ path }) => !path.includes('/')),
    ),
    wantedBlobs: [...wanted],
    blobs,
  };
}

async function take({ logs, sha256 }: Parts, blob: BundleBlob): ReturnType<LogsOfPeer['blobs']['take']> {
  if (blob.size > LIMITS.logBlobBytes) return 'too large';
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of blob.read()) {
    size += piece.length;
    if (size > LIMITS.logBlobBytes) return 'too large';
    pieces.push(piece);
  }
  const bytes = concat(...pieces);
  return logs.blobs.take(toHex(sha256(bytes)), bytes);
}

/** What a bundle holds, whoever wrote it has. */
async function noteHeads({ store, logs }: Parts, { source }: ImportReport): Promise<void> {
  const { key } = await logs.own();
  if (source.writer === undefined || source.writer === key) return;
  const value = JSON.stringify({ ...(await headsOf({ store }, source.writer)), ...source.heads });
  if (value.length > MOST_HEADS_UNITS) return;
  await store.commit([{ op: 'put', space: HAS, key: source.writer, value }]);
}

async function headsOf({ store }: Pick<Parts, 'store'>, author: string | undefined): Promise<Record<string, number>> {
  const text = author === undefined ? undefined : await store.record(HAS, authorKey(author));
  return text === undefined ? {} : JSON.parse(text);
}

/** `main`: which of them is of the bundle's own folder, whose last log is the writer's. */
const sum = (reports: readonly ImportReport[], main: number): Omit<ImportReport, 'wantedBlobs'> => ({
  imported: reports.reduce((total, { imported }) => total + imported, 0),
  known: reports.reduce((total, { known }) => total + known, 0),
  refused: reports.flatMap(({ refused }) => refused).slice(0, MOST_REFUSALS),
  refusedCount: reports.reduce((total, { refusedCount }) => total + refusedCount, 0),
  source: {
    heads: Object.assign({}, ...reports.map(({ source }) => source.heads)),
    writer: reports[main]?.source.writer,
  },
});

/** The logs that go along, own last. */
async function authorsOf({ logs, store }: Parts, options: ExportOptions): Promise<LogInfo[]> {
  const { authors: named, distance } = options;
  const { key } = await logs.own();
  const blocked = new Set((await logs.peers({ distance: 0 })).flatMap((peer) => (peer.blocked ? [peer.key] : [])));
  const wanted = named === undefined ? [...(await logs.followed(distance)), key] : [...new Set(named.map(authorKey))];
  const ordered = [...wanted.filter((author) => author !== key), ...wanted.filter((author) => author === key)];
  const infos = await Promise.all(ordered.filter((author) => !blocked.has(author)).map((author) => store.log(author)));
  return infos.filter((info) => info !== undefined);
}

async function* entriesOf({ store }: Parts, logs: readonly LogInfo[], options: ExportOptions) {
  for (const { author, verifiedThrough } of logs) {
    for (let depth = options.since?.[author] ?? 0; depth <= verifiedThrough; depth += PAGE) {
      const rows = await store.entries(author, depth, PAGE);
      for (const row of rows) if (row.verified && options.signal?.aborted !== true) yield row.bytes;
    }
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

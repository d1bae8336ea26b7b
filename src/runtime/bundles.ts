/**
 * Bundles in and out: drives what a platform reads and writes (core/bundle). What the reader lacks is worked out as for a
 * stream (core/sync/heads), and what comes in takes the same way in (runtime/intake); only that nobody answers
 * (spec/09-sync.md#on-a-stick).
 */

import type { BundleBlob, Bundles, OpenBundle } from '../core/bundle/bundle.ts';
import { concat, toHex } from '../core/bytes.ts';
import { UsageError } from '../core/errors.ts';
import type { Dialect } from '../core/log/dialect.ts';
import { blobsOf } from '../core/log/entry.ts';
import { parseEntry } from '../core/log/parse.ts';
import { SEALED_KIND } from '../core/log/sealed-blobs.ts';
import type { Sha256, Store } from '../core/ports.ts';
import { LIMITS } from '../core/registry.ts';
import { lacksFrom } from '../core/sync/heads.ts';
import type { BundleImportReport, PeerBundles } from './api-bundles.ts';
import type { ExportOptions, ImportOptions, ImportReport } from './api-logs.ts';
import type { BlobIntake, BlobOutcome } from './intake/blobs.ts';
import type { LogsOfPeer } from './logs/logs.ts';
import { authorKey } from './logs/names.ts';
import { shownExtent, shownPages } from './logs/shown.ts';
import type { Packs } from './packs/packs.ts';

interface Parts {
  readonly platform: Bundles;
  readonly logs: LogsOfPeer;
  readonly blobs: BlobIntake;
  readonly store: Store;
  readonly sha256: Sha256;
  /** Chat messages and packets that bundles carry. */
  readonly packs?: Packs;
}

/** A log that goes along, from where the reader lacks it. */
interface Going {
  readonly author: string;
  readonly dialect: Dialect;
  readonly from: number;
}

const DIALECTS: readonly Dialect[] = ['2020-04', '2020-06', '2020-12'];
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
        if (options.dryRun === true) return await importBundle(parts, bundle, options);
        const { done: report, report: messages } = await delivered(parts, () => importBundle(parts, bundle, options));
        await noteHeads(parts, report);
        await parts.blobs.wanted.add(report.wantedBlobs);
        return { ...report, ...(messages && { messages }) };
      } finally {
        await bundle.close();
      }
    },
    async export(target, options = {}) {
      if (options.dryRun !== true && (await hasOwn(parts, options.authors))) {
        await parts.packs?.make({ files: options.files !== false });
      }
      const going = await goingAlong(parts, options);
      const { dialect: own } = await parts.logs.own();
      const content = {
        own,
        parts: DIALECTS.filter((dialect) => going.some((log) => log.dialect === dialect)).map((dialect) => ({
          dialect,
          entries: entriesOf(
            parts,
            going.filter((log) => log.dialect === dialect),
            options,
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

async function take({ blobs, sha256 }: Parts, blob: BundleBlob): Promise<BlobOutcome> {
  if (blob.size > LIMITS.logBlobBytes) return 'too large';
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of blob.read()) {
    size += piece.length;
    if (size > LIMITS.logBlobBytes) return 'too large';
    pieces.push(piece);
  }
  const bytes = concat(...pieces);
  return blobs.take(toHex(sha256(bytes)), bytes, 'offered');
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

/** The logs that go along, own last, and what of each. */
async function goingAlong(parts: Parts, options: ExportOptions & { readonly for?: string }): Promise<Going[]> {
  const { logs, store } = parts;
  const has: Record<string, number> = { ...(await headsOf(parts, options.for)), ...options.since };
  const going: Going[] = [];
  for (const author of await logs.authorsOf(options, await parts.packs?.carriers())) {
    const log = await store.log(author);
    const extent = await shownExtent({ store, standing: logs.standing }, author);
    if (log === undefined || extent === undefined) continue;
    const from = lacksFrom(has[author] === undefined ? undefined : { next: has[author] }, extent);
    going.push({ author, dialect: log.dialect, from: from ?? extent.next });
  }
  return going;
}

async function* entriesOf({ store, logs }: Parts, going: readonly Going[], { signal }: ExportOptions) {
  for (const { author, from } of going) {
    for await (const rows of shownPages({ store, standing: logs.standing }, author, from)) {
      for (const { bytes } of rows) if (signal?.aborted !== true) yield bytes;
    }
  }
}

/** What the bundle announces is delivered with what it brought. */
async function delivered<T>({ packs }: Parts, work: () => Promise<T>) {
  return packs === undefined ? { done: await work(), report: undefined } : packs.deliverAfter(work);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

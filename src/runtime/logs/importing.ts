/**
 * Takes entries in: parse → link → check signatures in batches, some on their way at once → append in batches
 * (spec/02-pigeon.md#verification). One author's order is kept, memory is bounded, and what an earlier batch brought
 * stays whatever comes later. An author's log ends before the first entry that is refused.
 */
import { equal, toHex } from '../../core/bytes.ts';
import { linkProblem, lipmaaTarget } from '../../core/log/chain.ts';
import { type Dialect, formatId } from '../../core/log/dialect.ts';
import { blobsOf } from '../../core/log/entry.ts';
import { createEntryParser, type Parsed } from '../../core/log/parse.ts';
import type { ImportOptions, ImportReport } from '../api-logs.ts';
import { createBatches } from './import-batches.ts';
import { createReport } from './import-report.ts';
import { parsedRow, signedPart } from './names.ts';
import type { LogPorts } from './ports.ts';
import type { Standing } from './standing.ts';
import { advance, createTips, isUnsettled, nextOf, type Tip } from './tips.ts';

type Found = Extract<Parsed, { kind: 'entry' }>;

export interface ImportParts {
  readonly ports: LogPorts;
  readonly standing: Standing;
  /** Entries were inserted. */
  readonly arrived: () => void;
}

export async function importEntries(
  { ports, standing, arrived }: ImportParts,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: ImportOptions = {},
): Promise<ImportReport> {
  const report = createReport(ports.blobs);
  const parser = createEntryParser();
  const batches = createBatches({ ports, standing, arrived, report, options });
  const tips = createTips(ports.store, batches.drain, options.dryRun);
  let current: Tip | undefined;

  const refuse = (reason: string, { entry, line }: Found): void =>
    report.refuse({ reason, author: formatId(entry.dialect, 'identity', entry.key), depth: entry.depth, line });

  const take = (item: Parsed): Promise<void> | undefined => {
    if (item.kind === 'malformed') return void report.refuse(withoutKind(item));
    report.counts.entries++;
    const author = toHexCached(item.entry.key);
    report.saw(author, item.entry.depth);
    if (standing.isBlocked(author)) return void refuse('blocked', item);
    const tip = current?.author === author ? current : tips.held(author);
    if (tip === undefined || (tip !== current && options.trustHeads)) return switchTo(author, item);
    current = tip;
    return place(tip, item);
  };
  /** Another author: a trusted head is checked before its log is left. */
  const switchTo = async (author: string, item: Found): Promise<void> => {
    if (current !== undefined) await batches.leave(current);
    current = tips.held(author) ?? (await tips.load(author));
    await place(current, item);
  };
  const place = (tip: Tip, item: Found): Promise<void> | undefined => {
    const { entry } = item;
    if (entry.depth < nextOf(tip)) return compareWithKnown(tip, item);
    if (standing.forkedAt(tip.author) !== undefined) return void refuse('fork', item);
    if ((standing.revokedFrom(tip.author) ?? entry.depth + 1) <= entry.depth) return void refuse('revoked', item);
    const target = lipmaaTarget(entry.dialect, entry.depth);
    const lipmaaId = target === undefined ? undefined : tip.ids.get(target);
    if (target !== undefined && lipmaaId === undefined && entry.depth === nextOf(tip)) {
      return linkFar(tip, item, target);
    }
    return link(tip, item, lipmaaId);
  };
  const linkFar = async (tip: Tip, item: Found, target: number): Promise<void> => {
    const isUnknowable = options.dryRun === true && target >= tip.stored;
    await link(tip, item, isUnknowable ? item.entry.lipmaa : await tips.idAt(tip, item.entry.dialect, target));
  };
  const link = (tip: Tip, item: Found, lipmaaId: string | undefined): Promise<void> | undefined => {
    const { entry, bytes } = item;
    const problem = linkProblem(entry, tip.head, lipmaaId);
    if (problem !== undefined) return isUnsettled(tip) ? relink(tip, item) : void refuse(problem, item);
    const hash = ports.sha256(bytes);
    if (standing.wasRefused(hash)) return void refuse('refused before', item);
    advance(tip, { dialect: entry.dialect, depth: entry.depth, id: formatId(entry.dialect, 'entry', hash) });
    return batches.add({ tip, generation: tip.generation, found: item, hash, blobs: blobsOf(entry) });
  };

  /** What it does not continue may yet turn out to be bad: once that is known, one more try. */
  const relink = async (tip: Tip, item: Found): Promise<void> => {
    await batches.drain();
    await place(tip, item);
  };

  /** At or below the tip: known, or a fork. What is still being checked is waited for. */
  const compareWithKnown = async (tip: Tip, item: Found): Promise<void> => {
    const { entry, bytes } = item;
    if (entry.depth >= tip.stored) {
      if (tip.ids.get(entry.depth) === formatId(entry.dialect, 'entry', ports.sha256(bytes))) {
        report.counts.known++;
        return;
      }
      await batches.drain();
      if (entry.depth >= nextOf(tip)) return place(tip, item);
    }
    const row = await tips.storedAt(tip, entry.depth);
    if (row === undefined || equal(row.bytes, bytes)) report.counts.known++;
    else await fork(tip, item, row);
  };
  const fork = async (tip: Tip, item: Found, row: { bytes: Uint8Array; dialect: Dialect }): Promise<void> => {
    const { entry, bytes } = item;
    const present = parsedRow(row);
    const check = ports.verifier.verify(entry.key, entry.signature, signedPart(entry.dialect, bytes));
    if (!(await check)) return refuse('bad signature', item);
    const other = ports.verifier.verify(present.key, present.signature, signedPart(row.dialect, row.bytes));
    if (!(await other)) {
      await batches.cut(tip, entry.depth);
      return place(tip, item);
    }
    if (!options.dryRun) await standing.keepFork(present, entry);
    refuse('fork', item);
  };

  const takeAll = async (items: readonly Parsed[]): Promise<void> => {
    for (const item of items) {
      const waiting = take(item);
      if (waiting !== undefined) await waiting;
    }
  };
  try {
    for await (const bytes of source) {
      if (options.signal?.aborted === true) break;
      report.counts.bytes += bytes.length;
      await takeAll(parser.push(bytes));
      options.onProgress?.(report.progress());
    }
    if (options.signal?.aborted !== true) await takeAll(parser.end());
  } finally {
    await batches.drain();
    if (current !== undefined) await batches.leave(current);
  }
  options.onProgress?.(report.progress());
  return report.finish();
}

const withoutKind = ({ reason, author, depth, line }: Extract<Parsed, { kind: 'malformed' }>) => ({
  ...{ reason, author, depth, line },
});

/** Entries come grouped by author, and the reader hands out one key for them. */
let lastKey: Uint8Array | undefined;
let lastHex = '';
function toHexCached(key: Uint8Array): string {
  if (key === lastKey) return lastHex;
  lastKey = key;
  lastHex = toHex(key);
  return lastHex;
}

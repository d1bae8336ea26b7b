/**
 * The second half of an import: linked entries in batches through the verifier, several on their way at once, settled
 * in the order in which they came and appended together. When a check fails, what hangs on that entry goes with it.
 */
import { toHex } from '../../core/bytes.ts';
import { formatId } from '../../core/log/dialect.ts';
import type { Parsed } from '../../core/log/parse.ts';
import type { StoreOp } from '../../core/ports.ts';
import type { ImportOptions } from '../api-logs.ts';
import { nameOps, removeEntries } from './blob-names.ts';
import type { Report } from './import-report.ts';
import { parsedRow, signedPart } from './names.ts';
import type { LogPorts } from './ports.ts';
import type { Standing } from './standing.ts';
import type { Tip } from './tips.ts';

export interface Linked {
  readonly tip: Tip;
  readonly generation: number;
  readonly found: Extract<Parsed, { kind: 'entry' }>;
  readonly hash: Uint8Array;
  /** SHA-256 of the blobs that it names. */
  readonly blobs: readonly Uint8Array[];
}

interface Parts {
  readonly ports: LogPorts;
  readonly standing: Standing;
  readonly arrived: () => void;
  readonly report: Report;
  readonly options: ImportOptions;
}

const BATCH = 512;
const BATCHES_AHEAD = 4;
const MOST_OPS = 4096;

export function createBatches({ ports, standing, arrived, report, options }: Parts) {
  const { store, verifier, clock } = ports;
  let batch: Linked[] = [];
  let committing: Promise<void> = Promise.resolve();
  const ahead: { batch: Linked[]; verdicts: Promise<boolean[]> }[] = [];
  /** Where an author's log ended before entries came that only their head vouches for. */
  const trusted = new Map<Tip, number>();

  const check = ({ found: { entry, bytes } }: Linked): Promise<boolean> =>
    verifier.verify(entry.key, entry.signature, signedPart(entry.dialect, bytes));
  const send = (): void => {
    const verdicts = options.trustHeads === true ? Promise.resolve([]) : Promise.all(batch.map(check));
    verdicts.catch(() => undefined);
    ahead.push({ batch, verdicts });
    batch = [];
  };
  const refuse = ({ tip, found: { entry, line } }: Linked, reason: string): void => {
    report.refuse({ reason, author: formatId(entry.dialect, 'identity', entry.key), depth: entry.depth, line });
    tip.head = tip.accepted;
    tip.generation++;
  };

  const settle = async (): Promise<void> => {
    const next = ahead.shift();
    if (next === undefined) return;
    const verdicts = await next.verdicts;
    const good: Linked[] = [];
    for (const [i, linked] of next.batch.entries()) {
      const { tip } = linked;
      if (linked.generation !== tip.generation) refuseFollower(linked);
      else if (verdicts[i] === false) {
        refuse(linked, 'bad signature');
        if (!options.dryRun) await standing.refuse(linked.hash);
      } else {
        tip.accepted = { ...headOf(linked) };
        good.push(linked);
      }
    }
    // The disk works on one batch while the next is being read and checked.
    const before = committing;
    committing = before.then(() => append(good));
    committing.catch(() => undefined);
    await before;
  };
  const refuseFollower = ({ found: { entry, line } }: Linked): void =>
    report.refuse({ reason: 'gap', author: formatId(entry.dialect, 'identity', entry.key), depth: entry.depth, line });

  const append = async (good: readonly Linked[]): Promise<void> => {
    if (options.dryRun === true) {
      for (const linked of good) counted(linked, 'inserted');
      return;
    }
    let ops: StoreOp[] = [];
    let entries: [Linked, number][] = [];
    const commit = async (): Promise<void> => {
      const outcomes = await store.commit(ops);
      for (const [linked, at] of entries) await took(linked, outcomes[at]?.outcome);
      ops = [];
      entries = [];
      arrived();
    };
    for (const linked of good) {
      entries.push([linked, ops.length]);
      ops.push(appendOp(linked), ...nameOps(linked.tip.author, linked.found.entry, linked.blobs));
      if (ops.length >= MOST_OPS) await commit();
    }
    if (ops.length > 0) await commit();
  };
  const appendOp = ({ tip, found: { entry, bytes }, hash }: Linked): StoreOp => ({
    ...{ op: 'append', author: tip.author, depth: entry.depth, id: hash, dialect: entry.dialect, kind: entry.kind },
    ...{ bytes, received: clock.now(), verified: options.trustHeads !== true },
  });
  /** Another writer may have been there first: what it wrote is known, or a fork. */
  const took = async (linked: Linked, outcome: string | undefined): Promise<void> => {
    if (outcome === 'inserted' || outcome === 'known') return counted(linked, outcome);
    const { tip, found } = linked;
    const [row] = await store.entries(tip.author, found.entry.depth, 1);
    if (outcome === 'forked' && row !== undefined) await standing.keepFork(parsedRow(row), found.entry);
    const log = await store.log(tip.author);
    tip.stored = log?.next ?? 0;
    tip.accepted = log && { dialect: log.dialect, depth: log.next - 1, id: formatId(log.dialect, 'entry', log.head) };
    tip.ids.clear();
    refuse(linked, outcome === 'forked' ? 'fork' : 'gap');
  };
  const counted = ({ tip, found: { entry }, blobs }: Linked, outcome: 'inserted' | 'known'): void => {
    if (options.trustHeads === true && !trusted.has(tip)) trusted.set(tip, entry.depth);
    tip.stored = Math.max(tip.stored, entry.depth + 1);
    if (outcome === 'known') report.counts.known++;
    else report.counts.imported++;
    for (const hash of blobs) report.names(toHex(hash));
  };

  const drain = async (): Promise<void> => {
    if (batch.length > 0) send();
    while (ahead.length > 0) await settle();
    await committing;
  };
  /** Removes what only a bad head or a bad entry vouched for. */
  const cut = async (tip: Tip, depth: number): Promise<void> => {
    await removeEntries(store, tip.author, depth);
    const log = await store.log(tip.author);
    const head = log && { dialect: log.dialect, depth: log.next - 1, id: formatId(log.dialect, 'entry', log.head) };
    Object.assign(tip, { head, accepted: head, stored: log?.next ?? 0, page: [], generation: tip.generation + 1 });
    tip.ids.clear();
  };
  const leave = async (tip: Tip): Promise<void> => {
    if (options.trustHeads !== true) return;
    await drain();
    const from = trusted.get(tip);
    trusted.delete(tip);
    if (from === undefined || options.dryRun === true) return;
    const [row] = await store.entries(tip.author, tip.stored - 1, 1);
    if (row === undefined) return;
    const { key, signature, dialect, depth } = parsedRow(row);
    if (await verifier.verify(key, signature, signedPart(dialect, row.bytes))) return;
    report.refuse({ reason: 'bad signature', author: formatId(dialect, 'identity', key), depth, line: 0 });
    report.counts.imported -= tip.stored - from;
    await cut(tip, from);
  };

  return {
    add(linked: Linked): Promise<void> | undefined {
      batch.push(linked);
      if (batch.length < BATCH) return undefined;
      send();
      return ahead.length > BATCHES_AHEAD ? settle() : undefined;
    },
    drain,
    leave,
    cut,
  };
}

const headOf = ({ found: { entry }, hash }: Linked) => ({
  ...{ dialect: entry.dialect, depth: entry.depth, id: formatId(entry.dialect, 'entry', hash) },
});

/**
 * Checks signatures that an import left unchecked: in the background, batch after batch, and on demand. A log is
 * truncated at its first bad signature, as a full verifier would have ended it.
 */
import type { AbortSignalLike, LogEntryRow } from '../../core/ports.ts';
import { removeEntries } from './blob-names.ts';
import { parsedRow, signedPart } from './names.ts';
import type { LogPorts } from './ports.ts';
import type { Standing } from './standing.ts';

const BATCH = 512;

export interface CheckOptions {
  readonly again?: boolean;
  readonly onProgress?: (checked: number) => void;
  readonly signal?: Pick<AbortSignalLike, 'aborted'>;
}

export interface Checked {
  readonly checked: number;
  /** Where the log was truncated. */
  readonly badAt: number | undefined;
}

type Parts = { readonly ports: LogPorts; readonly standing: Standing; readonly arrived: () => void };

export async function checkLog(parts: Parts, author: string, options: CheckOptions = {}): Promise<Checked> {
  const { store } = parts.ports;
  const log = await store.log(author);
  const start = options.again === true ? 0 : (log?.verifiedThrough ?? -1) + 1;
  let depth = start;
  while (options.signal?.aborted !== true) {
    const rows = await store.entries(author, depth, BATCH);
    const bad = await firstBad(parts.ports, rows);
    depth += bad ?? rows.length;
    if (depth > start) await store.commit([{ op: 'verified', author, through: depth - 1 }]);
    if (rows.length > 0) parts.arrived();
    options.onProgress?.(depth - start);
    if (bad !== undefined) await cutOff(parts, rows[bad] as LogEntryRow);
    if (bad !== undefined) return { checked: depth - start, badAt: depth };
    if (rows.length < BATCH) break;
  }
  return { checked: depth - start, badAt: undefined };
}

/** Checks all logs that need it, one after the other; asked again meanwhile, it goes round once more. */
export function createChecker(parts: Parts) {
  const stop = { aborted: false };
  let running: Promise<void> | undefined;
  let asked = false;
  const round = async (): Promise<void> => {
    for (asked = true; asked && !stop.aborted; ) {
      asked = false;
      for (let after: string | undefined; !stop.aborted; ) {
        const logs = await parts.ports.store.logs(256, after);
        for (const { author, next, verifiedThrough } of logs) {
          if (verifiedThrough < next - 1) await checkLog(parts, author, { signal: stop });
        }
        after = logs.at(-1)?.author;
        if (logs.length < 256) break;
      }
    }
  };
  return {
    wake(): void {
      asked = true;
      running ??= round()
        .catch((error) => parts.ports.onError?.(error))
        .finally(() => {
          running = undefined;
        });
    },
    async settled(): Promise<void> {
      await running;
    },
    async close(): Promise<void> {
      stop.aborted = true;
      await running;
    },
  };
}

async function firstBad({ verifier }: LogPorts, rows: readonly LogEntryRow[]): Promise<number | undefined> {
  const verdicts = await Promise.all(
    rows.map((row) => {
      const { key, signature, dialect } = parsedRow(row);
      return verifier.verify(key, signature, signedPart(dialect, row.bytes));
    }),
  );
  const bad = verdicts.indexOf(false);
  return bad < 0 ? undefined : bad;
}

async function cutOff({ ports: { store }, standing }: Parts, { author, depth, id }: LogEntryRow): Promise<void> {
  await removeEntries(store, author, depth);
  await standing.refuse(id);
}

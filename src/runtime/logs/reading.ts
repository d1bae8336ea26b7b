/**
 * Entries as async iterators, in the order of arrival, a page at a time. Unchecked ones are passed over and given when
 * their check has passed; a live iterator waits for that and for what comes.
 */
import type { LogEntryRow, LogFilter } from '../../core/ports.ts';
import type { EntriesQuery, LogEntry } from '../api-logs.ts';
import { authorKey, entryOfRow } from './names.ts';
import type { News } from './news.ts';
import type { LogPorts } from './ports.ts';

const PAGE = 256;

export async function* readEntries(
  { ports: { store }, news }: { ports: Pick<LogPorts, 'store'>; news: News },
  query: EntriesQuery = {},
): AsyncGenerator<LogEntry> {
  const filter: LogFilter = {
    ...(query.author !== undefined && { author: authorKey(query.author) }),
    ...(query.kind !== undefined && { kind: query.kind }),
  };
  const since = query.since?.getTime() ?? 0;
  const fits = (row: LogEntryRow): boolean => row.received >= since && row.depth >= (query.from ?? 0);
  const isEnding = (): boolean => query.signal?.aborted === true || news.isClosed();
  /** By author, the first depth that was passed over. */
  const passed = new Map<string, number>();
  let after = await startOf(store, filter.author, query.from);
  while (!isEnding()) {
    const woken = news.next(query.signal);
    const page = await store.entriesByArrival(after, PAGE, filter);
    for (const row of page) {
      if (isEnding()) return;
      after = row.arrival;
      if (!row.verified && query.unverified !== true) passed.set(row.author, passed.get(row.author) ?? row.depth);
      else if (fits(row) && !passed.has(row.author)) yield entryOfRow(row);
    }
    if (page.length === PAGE) continue;
    if (query.live !== true) return;
    for await (const row of nowChecked(store, passed, after)) {
      if (fits(row) && (filter.kind === undefined || row.kind === filter.kind)) yield entryOfRow(row);
    }
    await woken;
  }
}

/** Just before the arrival of the entry at that depth. */
async function startOf(store: LogPorts['store'], author: string | undefined, from = 0): Promise<number> {
  if (author === undefined || from === 0) return 0;
  const [row] = await store.entries(author, from, 1);
  return row === undefined ? 0 : row.arrival - 1;
}

/** What was passed over and has been checked since, up to the cursor. */
async function* nowChecked(store: LogPorts['store'], passed: Map<string, number>, upTo: number) {
  for (const [author, start] of [...passed]) {
    let depth = start;
    for (let isMore = true; isMore; ) {
      const rows = await store.entries(author, depth, PAGE);
      const ready = rows.filter((row) => row.verified && row.arrival <= upTo);
      yield* ready;
      depth += ready.length;
      isMore = ready.length === PAGE;
      if (!isMore && ready.length === rows.length) passed.delete(author);
      else passed.set(author, depth);
    }
  }
}

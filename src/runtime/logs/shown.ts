/**
 * What of a log is shown to others, over a stream as on a stick: entries whose own signature was checked, in order, and
 * nothing of a blocked author. Of a log that forked, no more than up to where it did.
 */
import type { LogEntryRow, Store } from '../../core/ports.ts';
import type { Extent } from '../../core/sync/heads.ts';
import type { Standing } from './standing.ts';

export interface ShownParts {
  readonly store: Pick<Store, 'entries' | 'log'>;
  readonly standing: Pick<Standing, 'isBlocked' | 'forkedAt'>;
}

export interface ShownPage {
  readonly rows: readonly LogEntryRow[];
  /** Where the next one begins; undefined at the end. */
  readonly next: number | undefined;
}

const PAGE = 256;

/** How far the log goes for others; undefined where there is nothing to be shown. */
export async function shownExtent({ store, standing }: ShownParts, author: string): Promise<Extent | undefined> {
  const log = standing.isBlocked(author) ? undefined : await store.log(author);
  if (log === undefined || log.verifiedThrough < 0) return undefined;
  const last = Math.min(log.verifiedThrough, standing.forkedAt(author) ?? log.verifiedThrough);
  return last === log.next - 1 ? { next: log.next, id: log.head } : { next: last + 1 };
}

/** Who asks for a branch of a log that forked gets what was asked for, and is not read more of it. */
export async function shownPage({ store, standing }: ShownParts, author: string, from: number): Promise<ShownPage> {
  if (standing.isBlocked(author)) return { rows: [], next: undefined };
  const page = await store.entries(author, from, PAGE);
  const rows = page.filter(({ verified }) => verified);
  const end = standing.forkedAt(author) ?? Number.POSITIVE_INFINITY;
  const isMore = rows.length === PAGE && from + PAGE <= end;
  return { rows, next: isMore ? from + PAGE : undefined };
}

/** All pages from a depth on. */
export async function* shownPages(
  parts: ShownParts,
  author: string,
  from: number,
): AsyncGenerator<readonly LogEntryRow[]> {
  for (let at: number | undefined = from; at !== undefined; ) {
    const { rows, next }: ShownPage = await shownPage(parts, author, at);
    if (rows.length > 0) yield rows;
    at = next;
  }
}

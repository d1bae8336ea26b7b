/**
 * Hands logs out as a bundle's text: entries separated by one blank line, grouped by author, by depth; followed
 * authors first and the own log last. Blocked authors and entries whose signature is unchecked never leave.
 */
import { concat, utf8 } from '../../core/bytes.ts';
import type { ExportOptions } from '../api-logs.ts';
import { authorKey } from './names.ts';
import { type ShownParts, shownPages } from './shown.ts';

const BLANK = utf8('\n\n');
const END = utf8('\n');

export interface ExportParts extends ShownParts {
  /** Key of the own log, in hex. */
  readonly own: string;
  readonly followed: (distance?: number) => Promise<readonly string[]>;
}

export async function* exportEntries(parts: ExportParts, options: ExportOptions = {}): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for (const author of await authorsOf(parts, options)) {
    for await (const rows of shownPages(parts, author, options.since?.[author] ?? 0)) {
      if (options.signal?.aborted === true) break;
      const pieces = rows.flatMap(({ bytes }, i) => (isFirst && i === 0 ? [bytes] : [BLANK, bytes]));
      isFirst = false;
      yield concat(...pieces);
    }
  }
  if (!isFirst) yield END;
}

/** The logs (keys in hex) that go along, the own one last; `also` where none are named. */
export async function authorsOf(
  { standing, own, followed }: ExportParts,
  { authors: named, distance }: Pick<ExportOptions, 'authors' | 'distance'>,
  also: readonly string[] = [],
): Promise<string[]> {
  const wanted = new Set(named === undefined ? [...(await followed(distance)), ...also, own] : named.map(authorKey));
  const isOwn = wanted.delete(own);
  const allowed = [...wanted].filter((author) => !standing.isBlocked(author));
  return isOwn ? [...allowed, own] : allowed;
}

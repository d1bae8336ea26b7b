/**
 * Hands logs out as a bundle's text: entries separated by one blank line, grouped by author, by depth; followed
 * authors first and the own log last. Blocked authors and entries whose signature is unchecked never leave.
 */
import { concat, utf8 } from '../../core/bytes.ts';
import type { ExportOptions } from '../api-logs.ts';
import { authorKey } from './names.ts';
import type { LogPorts } from './ports.ts';
import type { Standing } from './standing.ts';

const PAGE = 256;
const BLANK = utf8('\n\n');
const END = utf8('\n');

interface Parts {
  readonly ports: Pick<LogPorts, 'store'>;
  readonly standing: Standing;
  readonly own: string;
  readonly followed: (distance?: number) => Promise<readonly string[]>;
}

export async function* exportEntries(parts: Parts, options: ExportOptions = {}): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for (const author of await authorsOf(parts, options)) {
    for await (const page of pages(parts.ports.store, author, options)) {
      const pieces = page.flatMap((bytes, i) => (isFirst && i === 0 ? [bytes] : [BLANK, bytes]));
      isFirst = false;
      yield concat(...pieces);
    }
  }
  if (!isFirst) yield END;
}

async function authorsOf({ standing, own, followed }: Parts, options: ExportOptions): Promise<string[]> {
  const { authors: named, distance } = options;
  const wanted = new Set(named === undefined ? [...(await followed(distance)), own] : named.map(authorKey));
  const isOwn = wanted.delete(own);
  const allowed = [...wanted].filter((author) => !standing.isBlocked(author));
  return isOwn ? [...allowed, own] : allowed;
}

async function* pages(store: LogPorts['store'], author: string, { since, signal }: ExportOptions) {
  for (let depth = since?.[author] ?? 0; signal?.aborted !== true; depth += PAGE) {
    const rows = (await store.entries(author, depth, PAGE)).filter(({ verified }) => verified);
    if (rows.length > 0) yield rows.map(({ bytes }) => bytes);
    if (rows.length < PAGE) return;
  }
}

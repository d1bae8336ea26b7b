/**
 * Counts what a bundle holds while its entries and blobs pass by. Memory grows with authors and with blobs that are
 * named, both bounded, never with entries. Signatures are not checked: that is the import's.
 */
import { concat } from '../bytes.ts';
import { formatId, NONE } from '../log/dialect.ts';
import { blobsOf, type Entry } from '../log/entry.ts';
import type { Parsed } from '../log/parse.ts';
import type { Sha256 } from '../ports.ts';
import type { BundleAuthor, BundleDamage, BundleReport } from './bundle.ts';
import { fitsPath } from './layout.ts';

export interface Inspection {
  /** Of each file of entries: all that its parser gives, in order. */
  parsed(path: string, item: Parsed): void;
  /** After all entries. */
  blob(path: string, size: number, hash: Uint8Array): void;
  report(): BundleReport;
}

export const PACK_KIND = 'pipes.pack';
const LISTED = 1000;
const AUTHORS = 100_000;
const NAMED = 2_000_000;

type Tally = { -readonly [name in keyof BundleAuthor]: BundleAuthor[name] } & { id: string };

export function createInspection(sha256: Sha256): Inspection {
  const authors = new Map<string, Tally>();
  const named = new Set<string>();
  const present = new Set<string>();
  const damage: BundleReport['damage'][number][] = [];
  const damaged: string[] = [];
  const count = { entries: 0, packs: 0, damage: 0, unnamed: 0, bytes: 0, authorsCut: false };

  const complain = (path: string, line: number, reason: BundleDamage, author?: string, depth?: number) => {
    count.damage++;
    if (damage.length < LISTED) damage.push({ path, line, reason, author, depth });
  };
  const tallyOf = (entry: Entry, author: string): Tally | undefined => {
    const key = `${entry.dialect} ${author}`;
    const known = authors.get(key);
    if (known !== undefined || authors.size === AUTHORS) return known;
    const { dialect, depth } = entry;
    const tally = { author, dialect, from: depth, to: depth - 1, entries: 0, packs: 0, id: entry.prev };
    authors.set(key, tally);
    return tally;
  };
  const entry = (path: string, line: number, entry: Entry, bytes: Uint8Array) => {
    count.entries++;
    const author = formatId(entry.dialect, 'identity', entry.key);
    for (const hash of blobsOf(entry)) if (named.size < NAMED) named.add(packed(hash));
    if (entry.kind === PACK_KIND) count.packs++;
    const tally = tallyOf(entry, author);
    if (tally === undefined) {
      count.authorsCut = true;
      return;
    }
    const problem = tallied(tally, entry, bytes, sha256);
    if (problem !== undefined) complain(path, line, problem, author, entry.depth);
  };

  return {
    parsed(path, item) {
      if (item.kind === 'entry') entry(path, item.line, item.entry, item.bytes);
      else complain(path, item.line, item.reason, item.author, item.depth);
    },
    blob(path, size, hash) {
      count.bytes += size;
      if (named.has(packed(hash))) present.add(packed(hash));
      else count.unnamed++;
      if (!fitsPath(path, hash) && !named.has(packed(hash)) && damaged.length < LISTED) damaged.push(path);
    },
    report: () => ({
      dialects: [...new Set([...authors.values()].map(({ dialect }) => dialect))].sort(),
      entries: count.entries,
      authors: [...authors.values()].map(({ id: _, ...author }) => author),
      authorsCut: count.authorsCut,
      blobs: {
        named: named.size,
        present: present.size,
        missing: named.size - present.size,
        ...{ unnamed: count.unnamed, damaged, bytes: count.bytes },
      },
      packs: count.packs,
      damage,
      damageCount: count.damage,
    }),
  };
}

/**
 * Counts an entry that goes on in its log. One that stands there again (a second file, a repetition) is no damage; behind
 * a hole the count goes on, so that one hole is told once.
 */
function tallied(tally: Tally, entry: Entry, bytes: Uint8Array, sha256: Sha256): BundleDamage | undefined {
  if (entry.depth <= tally.to) return undefined;
  const next = entry.depth === tally.to + 1;
  const linked = entry.prev === (entry.depth === 0 ? NONE : tally.id);
  tally.id = formatId(entry.dialect, 'entry', sha256(bytes));
  tally.to = entry.depth;
  tally.entries++;
  if (entry.kind === PACK_KIND) tally.packs++;
  return next ? (linked ? undefined : 'wrong prev') : 'gap';
}

/** 32 bytes as 16 characters, which a set holds in little space. */
function packed(hash: Uint8Array): string {
  const bytes = concat(hash);
  return String.fromCharCode(...new Uint16Array(bytes.buffer));
}

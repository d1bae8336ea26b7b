/**
 * A few entries as a text of their own, in the form of a bundle's: certificates and fork proofs
 * (spec/02-pigeon.md#certificates, #forks). Strict: one text for the same entries.
 */
import { utf8 } from '../bytes.ts';
import { type Entry, renderEntry } from './entry.ts';
import { createEntryParser, type Malformation } from './parse.ts';

export type Fragment =
  | { readonly kind: 'entries'; readonly entries: readonly Entry[] }
  | { readonly kind: 'refused'; readonly reason: Malformation | 'too many entries'; readonly line: number };

export const renderFragment = (entries: readonly Entry[]): Uint8Array<ArrayBuffer> =>
  utf8(`${entries.map(renderEntry).join('\n\n')}\n`);

/** Reads at most `limit` entries and stops at the first thing that is wrong. */
export function readFragment(bytes: Uint8Array, limit: number): Fragment {
  const parser = createEntryParser();
  const entries: Entry[] = [];
  let line = 1;
  for (let at = 0; at <= bytes.length; at += PIECE) {
    const piece = bytes.subarray(at, at + PIECE);
    for (const item of at + PIECE > bytes.length ? [...parser.push(piece), ...parser.end()] : parser.push(piece)) {
      line = item.line;
      if (item.kind === 'malformed') return { kind: 'refused', reason: item.reason, line };
      if (entries.length === limit) return { kind: 'refused', reason: 'too many entries', line };
      entries.push(item.entry);
    }
  }
  return sameLength(entries, bytes) ? { kind: 'entries', entries } : { kind: 'refused', reason: 'syntax', line };
}

const PIECE = 65_536;

/** Entries have one form each, so that only blank lines too many, or a missing end, can differ: length tells. */
const sameLength = (entries: readonly Entry[], bytes: Uint8Array): boolean =>
  entries.length > 0 && renderFragment(entries).length === bytes.length;

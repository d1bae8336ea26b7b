/**
 * How an entry must hang together with its log (spec/02-pigeon.md#verification). The caller looks up what the entry
 * points at; signatures are checked apart, off this thread.
 */
import type { Dialect } from './dialect.ts';
import { NONE } from './dialect.ts';
import type { Entry } from './entry.ts';
import { lipmaa } from './lipmaa.ts';

/** The last verified entry of a log. */
export interface Head {
  readonly dialect: Dialect;
  readonly depth: number;
  /** As the dialect spells it. */
  readonly id: string;
}

export type LinkProblem = 'gap' | 'other dialect' | 'wrong prev' | 'wrong lipmaa';

/** Whether the entry continues the log; one at or below the head's depth is known or a fork, which ids tell. */
export function linkProblem(
  entry: Entry,
  head: Head | undefined,
  lipmaaId: string | undefined,
): LinkProblem | undefined {
  if (entry.depth !== (head === undefined ? 0 : head.depth + 1)) return 'gap';
  if (head !== undefined && head.dialect !== entry.dialect) return 'other dialect';
  if (entry.prev !== (head?.id ?? NONE)) return 'wrong prev';
  return entry.lipmaa === expectedLipmaa(entry.dialect, entry.depth, lipmaaId) ? undefined : 'wrong lipmaa';
}

/** The depth whose id an entry of the dialect names as lipmaa; undefined where it names none. */
export function lipmaaTarget(dialect: Dialect, depth: number): number | undefined {
  const target = dialect === '2020-06' ? lipmaa(depth) : undefined;
  return target === depth - 1 ? undefined : target;
}

/** What must stand in the lipmaa line; undefined in the dialect that has none. */
export function expectedLipmaa(dialect: Dialect, depth: number, lipmaaId: string | undefined): string | undefined {
  if (dialect === '2020-12') return undefined;
  if (dialect === '2020-04') return String(lipmaa(depth) ?? 0);
  return lipmaaTarget(dialect, depth) === undefined ? NONE : (lipmaaId ?? 'an entry that is not here');
}

/**
 * Two entries by one author at one depth prove a fork (spec/02-pigeon.md#forks): a lost key, a restored copy, or a lie
 * to somebody. The proof is these two entries and needs nothing else. Their signatures are the caller's to check.
 */
import { compare, equal } from '../bytes.ts';
import type { Sha256 } from '../ports.ts';
import { type Entry, entryHash } from './entry.ts';
import { type Fragment, readFragment, renderFragment } from './fragment.ts';

/** In the order of their ids, so that one fork has one proof. */
export type ForkProof = readonly [Entry, Entry];

export type ForkProblem = 'not two entries' | 'another author' | 'another depth' | 'one entry twice' | 'wrong order';

/** Why two entries prove no fork; undefined where they do, once both signatures verify. */
export function forkProblem(sha256: Sha256, a: Entry, b: Entry): ForkProblem | undefined {
  if (!equal(a.key, b.key)) return 'another author';
  if (a.depth !== b.depth) return 'another depth';
  return equal(entryHash(sha256, a), entryHash(sha256, b)) ? 'one entry twice' : undefined;
}

/** Undefined where the entries prove no fork. */
export function forkOf(sha256: Sha256, a: Entry, b: Entry): ForkProof | undefined {
  if (forkProblem(sha256, a, b) !== undefined) return undefined;
  return compare(entryHash(sha256, a), entryHash(sha256, b)) < 0 ? [a, b] : [b, a];
}

export const encodeFork = (proof: ForkProof): Uint8Array<ArrayBuffer> => renderFragment(proof);

export type DecodedFork =
  | { readonly kind: 'fork'; readonly proof: ForkProof }
  | { readonly kind: 'no fork'; readonly reason: ForkProblem }
  | Extract<Fragment, { kind: 'refused' }>;

export function decodeFork(sha256: Sha256, bytes: Uint8Array): DecodedFork {
  const fragment = readFragment(bytes, 2);
  if (fragment.kind === 'refused') return fragment;
  const [a, b] = fragment.entries;
  if (a === undefined || b === undefined) return { kind: 'no fork', reason: 'not two entries' };
  const problem = forkProblem(sha256, a, b);
  if (problem !== undefined) return { kind: 'no fork', reason: problem };
  const proof = forkOf(sha256, a, b);
  return proof?.[0] === a ? { kind: 'fork', proof } : { kind: 'no fork', reason: 'wrong order' };
}

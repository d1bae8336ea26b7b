/**
 * Partial verification (spec/02-pigeon.md#certificates): the entries on the lipmaa path from a head to one entry prove
 * that entry a part of the log that ends there, without the rest. Only 2020-06 carries ids in its links: 2020-04 names
 * depths, which prove nothing, and 2020-12 has no links.
 */

import { equal } from '../bytes.ts';
import type { Sha256 } from '../ports.ts';
import type { Dialect } from './dialect.ts';
import { type Entry, entryId } from './entry.ts';
import { type Fragment, readFragment, renderFragment } from './fragment.ts';
import { lipmaaPath } from './lipmaa.ts';

/** More than the longest path between any two depths that an entry can have. */
export const CERTIFICATE_ENTRIES = 256;

export type CertificateProblem =
  | 'dialect without ids in its links'
  | 'empty'
  | 'another author'
  | 'wrong depth'
  | 'wrong link';

/** Depths of the entries that a certificate of `target` holds, head first. */
export const certificateDepths = (head: number, target: number): number[] => lipmaaPath(head, target);

export const canCertify = (dialect: Dialect): boolean => dialect === '2020-06';

/**
 * Checks that the entries, head first, are one author's and that each names the next by id. The signature of the head
 * is the caller's to check; it vouches for all the others.
 */
export function certificateProblem(sha256: Sha256, entries: readonly Entry[]): CertificateProblem | undefined {
  const [head] = entries;
  const target = entries.at(-1);
  if (head === undefined || target === undefined) return 'empty';
  if (!entries.every(({ dialect }) => canCertify(dialect))) return 'dialect without ids in its links';
  if (!entries.every(({ key }) => equal(key, head.key))) return 'another author';
  const path = lipmaaPath(head.depth, target.depth);
  if (path.length !== entries.length || path.some((depth, i) => entries[i]?.depth !== depth)) return 'wrong depth';
  const linked = entries.every(
    (entry, i) => i === 0 || names(entries[i - 1] as Entry, entryId(sha256, entry), entry.depth),
  );
  return linked ? undefined : 'wrong link';
}

/** The certificate as a text: its entries, head first, in the form of a bundle's. */
export const encodeCertificate = (entries: readonly Entry[]): Uint8Array<ArrayBuffer> => renderFragment(entries);

export type DecodedCertificate =
  | { readonly kind: 'certificate'; readonly entries: readonly Entry[]; readonly head: Entry; readonly target: Entry }
  | { readonly kind: 'no certificate'; readonly reason: CertificateProblem }
  | Extract<Fragment, { kind: 'refused' }>;

/** All is checked but the head's signature, which is the caller's to check. */
export function decodeCertificate(sha256: Sha256, bytes: Uint8Array): DecodedCertificate {
  const fragment = readFragment(bytes, CERTIFICATE_ENTRIES);
  if (fragment.kind === 'refused') return fragment;
  const { entries } = fragment;
  const reason = certificateProblem(sha256, entries);
  if (reason !== undefined) return { kind: 'no certificate', reason };
  const head = entries[0] as Entry;
  return { kind: 'certificate', entries, head, target: entries.at(-1) as Entry };
}

/** An entry names the one before it by prev, and a farther one by lipmaa. */
const names = (from: Entry, id: string, depth: number): boolean =>
  (depth === from.depth - 1 ? from.prev : from.lipmaa) === id;

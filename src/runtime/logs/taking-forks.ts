/** Takes in what others say of a fork (spec/02-pigeon.md#forks), whatever brought it: nobody's word, two signatures. */
import { toHex, utf8 } from '../../core/bytes.ts';
import { renderEntry } from '../../core/log/entry.ts';
import { decodeFork } from '../../core/log/fork.ts';
import type { Sha256, Verifier } from '../../core/ports.ts';
import { signedPart } from './names.ts';
import type { Standing } from './standing.ts';

export interface ForkParts {
  readonly sha256: Sha256;
  readonly verifier: Verifier;
  readonly standing: Standing;
}

/** known: that this log forked is known already. */
export async function takeFork(
  { sha256, verifier, standing }: ForkParts,
  bytes: Uint8Array,
): Promise<'kept' | 'known' | 'refused'> {
  const decoded = decodeFork(sha256, bytes);
  if (decoded.kind !== 'fork') return 'refused';
  for (const entry of decoded.proof) {
    const signed = signedPart(entry.dialect, utf8(renderEntry(entry)));
    if (!(await verifier.verify(entry.key, entry.signature, signed))) return 'refused';
  }
  const author = toHex(decoded.proof[0].key);
  if (standing.isBlocked(author)) return 'refused';
  if (standing.forkedAt(author) !== undefined) return 'known';
  await standing.keepFork(...decoded.proof);
  return 'kept';
}

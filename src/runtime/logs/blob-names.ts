/**
 * Which entries name which blobs: records beside each entry, written in the same commit, so that a blob is taken in
 * when something names it and collected only when nothing does.
 */
import { toHex } from '../../core/bytes.ts';
import { blobsOf, type Entry } from '../../core/log/entry.ts';
import type { Store, StoreOp } from '../../core/ports.ts';
import { depthKey, parsedRow } from './names.ts';

export const NAMES = 'blob-named';
const PAGE = 256;

export const nameOps = (author: string, entry: Entry, blobs: readonly Uint8Array[] = blobsOf(entry)): StoreOp[] =>
  blobs.map((hash) => ({
    op: 'put',
    space: NAMES,
    key: nameKey(toHex(hash), author, entry.depth),
    value: '',
  }));

/** Whether any entry names the blob. */
export async function isNamed(store: Store, hash: string): Promise<boolean> {
  const [first] = await store.records(NAMES, 1, `${hash}/`);
  return first?.key.startsWith(`${hash}/`) === true;
}

/** What an author's entries from that depth on name, to be taken back before they go. */
export async function unname(store: Store, author: string, from = 0): Promise<void> {
  for (let depth = from; ; depth += PAGE) {
    const rows = await store.entries(author, depth, PAGE);
    const ops = rows.flatMap((row) =>
      blobsOf(parsedRow(row)).map(
        (hash): StoreOp => ({ op: 'delete', space: NAMES, key: nameKey(toHex(hash), author, row.depth) }),
      ),
    );
    for (let at = 0; at < ops.length; at += 4096) await store.commit(ops.slice(at, at + 4096));
    if (rows.length < PAGE) return;
  }
}

const nameKey = (hash: string, author: string, depth: number): string => `${hash}/${author}/${depthKey(depth)}`;

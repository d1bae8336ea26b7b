/**
 * Which entries name which blobs: records beside each entry, written in the same commit, so that a blob is taken in
 * when something names it and collected only when nothing does.
 */
import { toHex } from '../../core/bytes.ts';
import { blobsOf, type Entry } from '../../core/log/entry.ts';
import type { Store, StoreOp } from '../../core/ports.ts';
import { depthKey, parsedRow } from './names.ts';
import { allRecords } from './standing.ts';

export const NAMES = 'blob-named';
/** By author, the depth from which on the entries are being removed. */
const REMOVING = 'removing';
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

/**
 * Removes an author's entries from that depth on, and what they name. `first` is committed before anything goes. When
 * the process ends in between, finishRemovals does the rest: no file is collected that an entry still names.
 */
export async function removeEntries(store: Store, author: string, from: number, first: readonly StoreOp[] = []) {
  await store.commit([...first, { op: 'put', space: REMOVING, key: author, value: String(from) }]);
  await unname(store, author, from);
  await store.commit([
    from === 0 ? { op: 'forget', author } : { op: 'truncate', author, depth: from },
    { op: 'delete', space: REMOVING, key: author },
  ]);
}

export async function finishRemovals(store: Store): Promise<void> {
  for await (const { key, value } of allRecords(store, REMOVING)) await removeEntries(store, key, Number(value));
}

async function unname(store: Store, author: string, from: number): Promise<void> {
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

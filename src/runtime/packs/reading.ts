/**
 * Delivers what other logs announce: packs whose blob is here and whose entry's signature is checked. What is announced
 * and not here yet is remembered and tried again after each import; what was delivered to an exchange is not read again.
 */
import { equal, fromHex, toHex } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';
import { blobsOf, type Entry } from '../../core/log/entry.ts';
import { decodePack, packSignedBytes } from '../../core/pack.ts';
import type { Sha256, Store, StoreOp, Verifier } from '../../core/ports.ts';
import type { LogBlobs } from '../logs/blobs.ts';
import { depthKey, parsedRow } from '../logs/names.ts';
import { allRecords } from '../logs/standing.ts';

export interface ReadingParts {
  readonly store: Store;
  readonly sha256: Sha256;
  readonly verifier: Verifier;
  readonly blobs: LogBlobs;
  /** Key of the own log, in hex: what it announces came from here. */
  readonly own: string;
}

/** What an entry announces: a blob, by its hash in hex. */
export interface Announced {
  readonly hash: string;
  /** Key of the log, in hex. */
  readonly author: string;
  readonly depth: number;
}

/** later: it can't be delivered yet, and is tried again. */
type Take = (announced: Announced) => Promise<'done' | 'later'>;

export interface AnnouncedKind {
  readonly kind: string;
  /** What such an entry announces. */
  names(entry: Entry): readonly string[];
}

/** Entries of that kind announce the blobs that they name. */
export const blobsBy = (kind: string): AnnouncedKind => ({ kind, names: (entry) => blobsOf(entry).map(toHex) });

/** Takes the blob itself, once it is here. */
export const withBlob =
  ({ blobs }: ReadingParts, take: (bytes: Uint8Array, author: Uint8Array) => Promise<unknown>): Take =>
  async ({ hash, author }) => {
    const bytes = await blobs.get(hash);
    if (bytes === undefined) return 'later';
    await take(bytes, fromHex(author, 32) ?? new Uint8Array());
    return 'done';
  };

const CURSOR = 'announced-cursor';
const PENDING = 'announced';
const PAGE = 256;

/** Calls `take` once with all that entries of that kind announce, for the exchange of that name. */
export async function readAnnounced(
  parts: ReadingParts,
  kind: AnnouncedKind,
  exchange: string,
  take: Take,
): Promise<void> {
  await note(parts, kind, exchange);
  for await (const { key } of allRecords(parts.store, PENDING, `${exchange}/${kind.kind}/`)) {
    const [, , hash = '', author = '', depth = ''] = key.split('/');
    const announced = { hash, author, depth: Number(depth) };
    const ready = await isReady(parts, announced);
    if (ready === 'later' || (ready === 'ready' && (await take(announced)) === 'later')) continue;
    await parts.store.commit([{ op: 'delete', space: PENDING, key }]);
  }
}

/** Whether a pack is what its log says it is; undefined where not. */
export async function authenticPack(verifier: Verifier, bytes: Uint8Array, author: Uint8Array) {
  try {
    const pack = decodePack(bytes);
    if (!equal(pack.peer, author)) return undefined;
    return (await verifier.verify(pack.peer, pack.signature, packSignedBytes(pack))) ? pack : undefined;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** Remembers what has been announced since the last time. */
async function note({ store, own }: ReadingParts, { kind, names }: AnnouncedKind, exchange: string): Promise<void> {
  const cursorKey = `${exchange}/${kind}`;
  for (let after = Number((await store.record(CURSOR, cursorKey)) ?? 0); ; ) {
    const rows = await store.entriesByArrival(after, PAGE, { kind });
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.arrival;
    const ops = rows
      .filter(({ author }) => author !== own)
      .flatMap((row) =>
        names(parsedRow(row)).map((hash): StoreOp => {
          const key = `${cursorKey}/${hash}/${row.author}/${depthKey(row.depth)}`;
          return { op: 'put', space: PENDING, key, value: '' };
        }),
      );
    for (let at = 0; at < ops.length; at += 1000) await store.commit(ops.slice(at, at + 1000));
    await store.commit([{ op: 'put', space: CURSOR, key: cursorKey, value: String(after) }]);
  }
}

async function isReady({ store }: ReadingParts, { author, depth }: Announced): Promise<'ready' | 'later' | 'gone'> {
  const log = await store.log(author);
  if (log === undefined || log.next <= depth) return 'gone';
  return log.verifiedThrough >= depth ? 'ready' : 'later';
}

/**
 * Delivers what other logs announce: packs whose blob is here and whose entry's signature is checked. What is announced
 * and not here yet is remembered and tried again after each import; what was delivered to an exchange is not read again.
 */
import { equal, fromHex, toHex } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';
import { blobsOf } from '../../core/log/entry.ts';
import { decodePack, packSignedBytes } from '../../core/pack.ts';
import type { Store, StoreOp, Verifier } from '../../core/ports.ts';
import type { LogBlobs } from '../logs/blobs.ts';
import { depthKey, parsedRow } from '../logs/names.ts';
import { allRecords } from '../logs/standing.ts';

export interface ReadingParts {
  readonly store: Store;
  readonly verifier: Verifier;
  readonly blobs: LogBlobs;
  /** Key of the own log, in hex: what it announces came from here. */
  readonly own: string;
}

type Take = (bytes: Uint8Array, author: Uint8Array) => Promise<void>;

const CURSOR = 'announced-cursor';
const PENDING = 'announced';
const PAGE = 256;

/** Calls `take` once with every blob that entries of that kind announce, for the exchange of that name. */
export async function readAnnounced(parts: ReadingParts, kind: string, exchange: string, take: Take): Promise<void> {
  await note(parts, kind, exchange);
  for await (const { key } of allRecords(parts.store, PENDING, `${exchange}/${kind}/`)) {
    const [, , hash = '', author = '', depth = ''] = key.split('/');
    const ready = await isReady(parts, author, Number(depth));
    const bytes = ready === 'ready' ? await parts.blobs.get(hash) : undefined;
    if (ready === 'gone' || bytes !== undefined) {
      if (bytes !== undefined) await take(bytes, fromHex(author, 32) ?? new Uint8Array());
      await parts.store.commit([{ op: 'delete', space: PENDING, key }]);
    }
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
async function note({ store, own }: ReadingParts, kind: string, exchange: string): Promise<void> {
  const cursorKey = `${exchange}/${kind}`;
  for (let after = Number((await store.record(CURSOR, cursorKey)) ?? 0); ; ) {
    const rows = await store.entriesByArrival(after, PAGE, { kind });
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.arrival;
    const ops = rows
      .filter(({ author }) => author !== own)
      .flatMap((row) =>
        blobsOf(parsedRow(row)).map((hash): StoreOp => {
          const key = `${cursorKey}/${toHex(hash)}/${row.author}/${depthKey(row.depth)}`;
          return { op: 'put', space: PENDING, key, value: '' };
        }),
      );
    for (let at = 0; at < ops.length; at += 1000) await store.commit(ops.slice(at, at + 1000));
    await store.commit([{ op: 'put', space: CURSOR, key: cursorKey, value: String(after) }]);
  }
}

async function isReady({ store }: ReadingParts, author: string, depth: number): Promise<'ready' | 'later' | 'gone'> {
  const log = await store.log(author);
  if (log === undefined || log.next <= depth) return 'gone';
  return log.verifiedThrough >= depth ? 'ready' : 'later';
}

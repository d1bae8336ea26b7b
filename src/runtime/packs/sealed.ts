/**
 * Files of chat messages in bundles (spec/02-pigeon.md#sealed-files): their sealed blobs are announced in pieces, after the
 * packs that bring their messages, and joined again where they are delivered. Ciphertext alone passes here.
 */
import { concat, toHex } from '../../core/bytes.ts';
import { decodeEnvelope } from '../../core/envelope/envelope.ts';
import { SEALED_KIND, type SealedPieces, sealedDraft, sealedIn } from '../../core/log/sealed-blobs.ts';
import type { StoreOp } from '../../core/ports.ts';
import { LIMITS } from '../../core/registry.ts';
import { isSealedBlob, manifestHashes } from '../../core/seal/blob.ts';
import { LOG_BLOB } from '../logs/blobs.ts';
import { parsedRow } from '../logs/names.ts';
import { cutInPieces, PEER } from '../logs/pieces.ts';
import { allRecords } from '../logs/standing.ts';
import { sealedFilesOf } from '../sealed-files.ts';
import type { Exchange, Receiver } from './exchange.ts';
import type { MakingParts } from './making.ts';
import { noteCarrier } from './packed.ts';
import { type Announced, type ReadingParts, readAnnounced } from './reading.ts';

const CURSOR = 'sealed-cursor';
/** By hash, what was announced here before, or by a log that goes along. */
const ANNOUNCED = 'sealed-announced';
/** By exchange and hash, files of messages that were not all there yet. */
const AWAITED = 'sealed-awaited';
/** A blob that is listed may have been tried before the manifest that lists it. */
const PASSES = 2;

export async function announceSealed(parts: MakingParts, exchange: Exchange): Promise<void> {
  await announceAwaited(parts, exchange);
  for (const scope of await exchange.scopes()) {
    const key = `${exchange.name}/${scope}`;
    for (let cursor = Number((await parts.store.record(CURSOR, key)) ?? 0); ; ) {
      const { items, next } = await exchange.entered(scope, cursor);
      if (next === undefined) break;
      const tops = new Set(items.flatMap(({ envelope }) => sealedFilesOf(decodeEnvelope(envelope))));
      const missing = await announceFiles(parts, exchange, tops);
      const awaited = missing.map((top): StoreOp => {
        return { op: 'put', space: AWAITED, key: `${exchange.name}/${top}`, value: '' };
      });
      await parts.store.commit([...awaited, { op: 'put', space: CURSOR, key, value: String(next) }]);
      cursor = next;
    }
  }
}

/** Those that were not there when their message was packed: they may have come since. */
async function announceAwaited(parts: MakingParts, exchange: Exchange): Promise<void> {
  for await (const { key } of allRecords(parts.store, AWAITED, `${exchange.name}/`)) {
    const top = key.slice(exchange.name.length + 1);
    const missing = await announceFiles(parts, exchange, new Set([top]));
    if (missing.length === 0) await parts.store.commit([{ op: 'delete', space: AWAITED, key }]);
  }
}

/**
 * Entries as full as they may be. Whoever ends in between goes on behind what was announced. Resolves to those of which
 * something is not there.
 */
async function announceFiles(parts: MakingParts, exchange: Exchange, tops: ReadonlySet<string>): Promise<string[]> {
  const { own, sha256 } = parts;
  const dialect = await own.dialect();
  const missing = new Set<string>();
  let held: SealedPieces[] = [];
  let ops: StoreOp[] = [];
  let room = LIMITS.chunksPerEntry;
  const flush = async (): Promise<void> => {
    if (held.length > 0) await own.sign(sealedDraft(dialect, held), ops);
    [held, ops, room] = [[], [], LIMITS.chunksPerEntry];
  };
  for await (const { top, hash, bytes } of fresh(parts, exchange, tops)) {
    if (bytes === undefined) missing.add(top);
    if (bytes === undefined || !isSealedBlob(bytes)) continue;
    const cut = cutInPieces(sha256, exchange.name, hash, bytes);
    if (cut.pieces.length > room) await flush();
    held.push({ hash, pieces: cut.pieces });
    ops.push(...cut.ops, announcedOp(hash));
    room -= cut.pieces.length;
  }
  await flush();
  return [...missing];
}

const announcedOp = (hash: string): StoreOp => ({ op: 'put', space: ANNOUNCED, key: hash, value: '' });

/** The sealed blobs of these files that no log that goes along has announced before, each once. */
async function* fresh({ store }: MakingParts, exchange: Exchange, tops: ReadonlySet<string>) {
  const seen = new Set<string>();
  for (const top of tops) {
    const first = await exchange.blob(top);
    for (const hash of [top, ...(first === undefined ? [] : manifestHashes(first))]) {
      if (seen.has(hash) || (await store.record(ANNOUNCED, hash)) !== undefined) continue;
      seen.add(hash);
      yield { top, hash, bytes: hash === top ? first : await exchange.blob(hash) };
    }
  }
}

/** Joins what others' entries announce and gives it to the exchange. */
export async function deliverSealed(
  parts: ReadingParts,
  exchange: Receiver,
): Promise<{ files: number; filesRefused: number }> {
  const report = { files: 0, filesRefused: 0 };
  const take = async (announced: Announced): Promise<'done' | 'later'> => {
    const pieces = await piecesOf(parts, announced);
    const bytes = pieces && (await joined(parts, pieces));
    if (pieces === undefined || bytes === undefined) return pieces === undefined ? 'done' : 'later';
    if (toHex(parts.sha256(bytes)) !== announced.hash || !isSealedBlob(bytes)) {
      report.filesRefused++;
      return 'done';
    }
    if ((await exchange.takeBlob(announced.hash, bytes)) === 'later') return 'later';
    report.files++;
    await noteTaken(parts, exchange, announced.hash, pieces, bytes);
    if (await noteCarrier(parts.store, announced.author)) await parts.store.commit([announcedOp(announced.hash)]);
    return 'done';
  };
  for (let pass = 0; pass < PASSES; pass++) {
    const before = report.files;
    await readAnnounced(parts, SEALED, exchange.name, take);
    if (report.files === before) break;
  }
  return report;
}

const SEALED = {
  kind: SEALED_KIND,
  names: (entry: Parameters<typeof sealedIn>[0]) => sealedIn(entry).map(({ hash }) => hash),
};

/** The peer's own blobs lie beside those of the logs: the pieces are read out of the whole from now on. */
async function noteTaken(
  { store, blobs, sha256 }: ReadingParts,
  { name }: Receiver,
  hash: string,
  pieces: readonly string[],
  bytes: Uint8Array,
): Promise<void> {
  if (name !== PEER) return;
  const cut = cutInPieces(sha256, name, hash, bytes);
  const isCutAlike = cut.pieces.length === pieces.length && cut.pieces.every((piece, i) => piece === pieces[i]);
  if (!isCutAlike) return;
  // From now on it is the messages', not the logs' to collect.
  await store.commit([...cut.ops, { op: 'delete', space: LOG_BLOB, key: hash }]);
  await blobs.drop(pieces.filter((piece) => piece !== hash));
}

/** Undefined where the entry is gone, or says something else by now. */
async function piecesOf({ store }: ReadingParts, { author, depth, hash }: Announced) {
  const [row] = await store.entries(author, depth, 1);
  return row && sealedIn(parsedRow(row)).find((found) => found.hash === hash)?.pieces;
}

/** Undefined while some are not here. No more than a sealed blob can have. */
async function joined({ blobs }: ReadingParts, pieces: readonly string[]): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  for (const piece of pieces) {
    const bytes = await blobs.get(piece);
    if (bytes === undefined) return undefined;
    parts.push(bytes);
  }
  return concat(...parts);
}

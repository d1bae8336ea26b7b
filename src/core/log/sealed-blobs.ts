/**
 * Entries that name sealed blobs of messages (spec/02-pigeon.md#sealed-files): a blob of a log is smaller than a sealed
 * one may be, so each travels in pieces, as plain blobs that every Pigeon client carries. Pairs of such an entry say which
 * sealed blob a piece is of, and its place in it.
 */
import { fromHex, toHex } from '../bytes.ts';
import { LIMITS } from '../registry.ts';
import { type Dialect, formatId, parseId } from './dialect.ts';
import { appendToDraft, type Draft, newDraft } from './draft.ts';
import type { Entry } from './entry.ts';

export const SEALED_KIND = 'pipes.sealed';

export interface SealedPieces {
  /** SHA-256 of the sealed blob, in hex. */
  readonly hash: string;
  /** SHA-256 of each piece, in hex, in order. */
  readonly pieces: readonly string[];
}

export const MOST_PIECES = Math.ceil(LIMITS.blobBytes / LIMITS.logBlobBytes);
const KEY = /^([0-9a-f]{64})-([0-9])$/;

/** Where each piece of so many bytes begins and ends: as few of them as can be. */
export function pieceRanges(size: number): { start: number; end: number }[] {
  const count = Math.max(1, Math.ceil(size / LIMITS.logBlobBytes));
  return Array.from({ length: count }, (_, i) => ({
    start: i * LIMITS.logBlobBytes,
    end: Math.min(size, (i + 1) * LIMITS.logBlobBytes),
  }));
}

/** An entry that names these, the pieces of one blob together. At most 60 pieces in all (`limits.chunksPerEntry`). */
export function sealedDraft(dialect: Dialect, blobs: readonly SealedPieces[]): Draft {
  const pairs = blobs.flatMap(({ hash, pieces }) => pieces.map((piece, i) => [`${hash}-${i}`, piece] as const));
  return pairs.reduce(
    (draft, [key, piece]) =>
      appendToDraft(draft, key, formatId(dialect, 'blob', fromHex(piece, 32) ?? new Uint8Array())),
    newDraft(dialect, SEALED_KIND),
  );
}

/** What such an entry names: of each blob all pieces, from the first on. Pairs that say anything else are passed over. */
export function sealedIn({ dialect, body }: Pick<Entry, 'dialect' | 'body'>): SealedPieces[] {
  const found = new Map<string, Map<number, string>>();
  for (const [key, value] of body) {
    const [, hash, place] = KEY.exec(key) ?? [];
    const piece = parseId(dialect, 'blob', value);
    if (hash === undefined || piece === undefined) continue;
    const places = found.get(hash) ?? new Map<number, string>();
    found.set(hash, places.set(Number(place), toHex(piece)));
  }
  return [...found]
    .map(([hash, places]) => ({ hash, pieces: fromFirst(places) }))
    .filter(({ hash, pieces }) => pieces.length === found.get(hash)?.size && pieces.length <= MOST_PIECES);
}

/** As far as they go on without a gap. */
function fromFirst(places: ReadonlyMap<number, string>): string[] {
  const pieces: string[] = [];
  for (let piece = places.get(0); piece !== undefined; piece = places.get(pieces.length)) pieces.push(piece);
  return pieces;
}

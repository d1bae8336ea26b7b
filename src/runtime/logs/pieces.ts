/**
 * Pieces of sealed blobs (spec/02-pigeon.md#sealed-files): a piece is read out of the blob that it is of, so that no byte
 * of it is kept twice. Blobs of messages lie beside those of the logs, or with another program of this installation.
 */
import { toHex } from '../../core/bytes.ts';
import { pieceRanges } from '../../core/log/sealed-blobs.ts';
import type { BlobStore, Sha256, Store, StoreOp } from '../../core/ports.ts';

/** A sealed blob that some program here keeps. */
export type BlobSource = (hash: string) => Promise<Uint8Array | undefined>;

export interface Pieces {
  /** Reads blobs of what was noted under this name from there. */
  from(name: string, source: BlobSource): void;
  /** The piece, as it is now: whoever asks compares it with its name. */
  get(hash: string): Promise<Uint8Array | undefined>;
  size(hash: string): Promise<number | undefined>;
}

interface Piece {
  /** Whose blob it is. */
  readonly from: string;
  readonly of: string;
  readonly start: number;
  readonly end: number;
}

/** The name of what lies in this peer's own store. */
export const PEER = 'peer';
const SPACE = 'sealed-piece';

/** The pieces of a blob, in order, and what to commit so that each is found in it. */
export function cutInPieces(sha256: Sha256, from: string, of: string, bytes: Uint8Array) {
  const ranges = pieceRanges(bytes.length);
  const pieces = ranges.map(({ start, end }) => toHex(sha256(bytes.subarray(start, end))));
  const ops = ranges.map((range, i): StoreOp => {
    const value = JSON.stringify({ from, of, ...range } satisfies Piece);
    return { op: 'put', space: SPACE, key: pieces[i] ?? '', value };
  });
  return { pieces, ops };
}

export function createPieces({ store, blobs }: { store: Store; blobs: BlobStore }): Pieces {
  const sources = new Map<string, BlobSource>();
  let last: { key: string; bytes: Uint8Array } | undefined;

  const find = async (hash: string): Promise<Piece | undefined> => {
    const value = await store.record(SPACE, hash);
    return value === undefined ? undefined : (JSON.parse(value) as Piece);
  };
  /** From another program, whole: the pieces of one blob are asked for one after the other. */
  const whole = async ({ from, of }: Piece): Promise<Uint8Array | undefined> => {
    const key = `${from}/${of}`;
    if (last?.key === key) return last.bytes;
    const bytes = await sources.get(from)?.(of);
    last = bytes && { key, bytes };
    return bytes;
  };
  return {
    from: (name, source) => void sources.set(name, source),
    async get(hash) {
      const piece = await find(hash);
      if (piece === undefined || piece.from === PEER) return piece && blobs.get(piece.of, piece.start, piece.end);
      return (await whole(piece))?.slice(piece.start, piece.end);
    },
    async size(hash) {
      const piece = await find(hash);
      if (piece === undefined) return undefined;
      const isHere =
        piece.from === PEER ? (await blobs.size(piece.of)) !== undefined : (await whole(piece)) !== undefined;
      return isHere ? piece.end - piece.start : undefined;
    },
  };
}

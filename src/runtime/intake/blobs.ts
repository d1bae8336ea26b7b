/**
 * The blobs of an installation, of its messages and its logs, as they come in by whatever carries them: verified against
 * their name, kept where they belong, and what they list wanted in turn (spec/09-sync.md#blobs).
 */
import { toHex } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';
import type { BlobStore, Sha256, Store } from '../../core/ports.ts';
import type { LogBlobs } from '../logs/blobs.ts';
import { listedBy } from './attached.ts';
import { createWantedBlobs, type WantedBlobs } from './wanted.ts';

/** stored, known: it is here. not named: nobody asked for it, and no entry names it. */
export type BlobOutcome = Awaited<ReturnType<LogBlobs['take']>>;

/** Names are lower-case hex. */
export interface BlobIntake {
  size(hash: string): Promise<number | undefined>;
  get(hash: string, start: number, end: number): Promise<Uint8Array | undefined>;
  /**
   * asked: it was fetched by its name, and is checked against it. offered: it lay there, its name is what its bytes say,
   * and it is kept only where an entry names it.
   */
  take(hash: string, bytes: Uint8Array, how: 'asked' | 'offered'): Promise<BlobOutcome>;
  readonly wanted: WantedBlobs;
}

export interface BlobIntakeParts {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly sha256: Sha256;
  readonly logBlobs: LogBlobs;
  /** Keeps what belongs to messages; by default in `blobs`. */
  put?(hash: string, bytes: Uint8Array): Promise<unknown>;
}

export function createBlobIntake({ store, blobs, sha256, logBlobs, put = blobs.put }: BlobIntakeParts): BlobIntake {
  const size = async (hash: string) => (await blobs.size(hash)) ?? logBlobs.size(hash);
  const wanted = createWantedBlobs(store, async (hash) => (await size(hash)) !== undefined);
  /** For the logs where an entry names it, else for the message that made it wanted. */
  const keep = async (hash: string, bytes: Uint8Array, isAsked: boolean): Promise<BlobOutcome> => {
    if (isAsked && toHex(sha256(bytes)) !== hash) return 'damaged';
    const taken = await logBlobs.take(hash, bytes, true);
    if (!isAsked || (taken !== 'not named' && taken !== 'too large')) return taken;
    await put(hash, bytes);
    await wanted.add(listed(bytes));
    return 'stored';
  };
  return {
    size,
    get: async (hash, start, end) =>
      (await blobs.get(hash, start, end)) ?? (await logBlobs.get(hash))?.slice(start, end),
    async take(hash, bytes, how) {
      const taken = await keep(hash, bytes, how === 'asked');
      if (taken === 'stored' || taken === 'known') await wanted.got(hash);
      return taken;
    },
    wanted,
  };
}

function listed(bytes: Uint8Array): readonly string[] {
  try {
    return listedBy(bytes);
  } catch (error) {
    if (error instanceof DecodeError) return [];
    throw error;
  }
}

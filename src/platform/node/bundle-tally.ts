/** Counts what is written of a bundle, tells the caller how far it is, and stops the work where the caller says so. */
import type { BundleCounts, WriteBundleOptions } from '../../core/bundle/bundle.ts';
import { checkSignal } from './bundle-feed.ts';

export interface Tally {
  readonly counts: BundleCounts;
  /** Throws UsageError once the caller has cancelled. */
  check(): void;
  volume(n: number): void;
  entry(bytes: number): void;
  /** `kept`: it lay there already, whole. */
  blob(size: number, kept: boolean): undefined;
  /** A blob that is named and not to be had. */
  missing(): undefined;
}

/** Entries are small: one report tells of many. */
const ENTRIES_PER_REPORT = 256;

export function createTally({ onProgress, signal }: WriteBundleOptions): Tally {
  const counts = { entries: 0, blobs: 0, blobsKept: 0, blobsMissing: 0, bytes: 0 };
  let volume = 1;
  const report = () => onProgress?.({ ...counts, volume });
  return {
    counts,
    check: () => checkSignal(signal),
    volume(n) {
      volume = n;
      report();
    },
    entry(bytes) {
      counts.bytes += bytes;
      if (counts.entries++ % ENTRIES_PER_REPORT === 0) report();
    },
    blob(size, kept) {
      counts.blobs++;
      counts.bytes += size;
      if (kept) counts.blobsKept++;
      report();
      return undefined;
    },
    missing() {
      counts.blobsMissing++;
      report();
      return undefined;
    },
  };
}

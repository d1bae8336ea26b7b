/** What an import says of itself: counts, the first refusals, the first blobs that are wanted. */
import type { BlobStore } from '../../core/ports.ts';
import type { EntryRefusal, ImportReport, LogProgress } from '../api-logs.ts';

const MOST_REFUSALS = 1000;
const MOST_BLOBS = 10_000;
const MOST_HEADS = 10_000;

export function createReport(blobs: Pick<BlobStore, 'size'>) {
  const counts = { bytes: 0, entries: 0, imported: 0, known: 0, refused: 0 };
  const refused: EntryRefusal[] = [];
  const named = new Set<string>();
  /** Authors of whom an entry was refused: what follows it is only counted. */
  const broken = new Set<string>();
  const heads = new Map<string, number>();
  let writer: string | undefined;
  return {
    counts,
    /** The source holds that entry. */
    saw(author: string, depth: number): void {
      writer = author;
      const before = heads.get(author);
      if (before === undefined && heads.size === MOST_HEADS) return;
      if (before === undefined || before <= depth) heads.set(author, depth + 1);
    },
    refuse(refusal: EntryRefusal): void {
      counts.refused++;
      const { author = '' } = refusal;
      if ((refusal.reason === 'gap' || refusal.reason === 'blocked') && broken.has(author)) return;
      if (refused.length >= MOST_REFUSALS) return;
      broken.add(author);
      refused.push(refusal);
    },
    names(hash: string): void {
      if (named.size < MOST_BLOBS) named.add(hash);
    },
    progress: (): LogProgress => ({ ...counts }),
    async finish(): Promise<ImportReport> {
      const { imported, known } = counts;
      const wantedBlobs: string[] = [];
      for (const hash of named) if ((await blobs.size(hash)) === undefined) wantedBlobs.push(hash);
      refused.sort((a, b) => a.line - b.line);
      const source = { heads: Object.fromEntries(heads), writer };
      return { imported, known, refused, refusedCount: counts.refused, wantedBlobs, source };
    },
  };
}

export type Report = ReturnType<typeof createReport>;

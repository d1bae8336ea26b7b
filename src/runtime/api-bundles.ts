/**
 * The public API of bundles: what `peer.bundles` offers. A source or target is a path, or '-' for standard input or
 * output. Rejections: UsageError for what cannot be meant or was cancelled, DecodeError for what is no bundle,
 * VerificationError for a seal that does not open, StorageError (MediumFullError) for a medium that fails (is full).
 */
import type { BundleReport, ReadBundleOptions, WriteBundleOptions, WrittenBundle } from '../core/bundle/bundle.ts';
import type { ExportOptions, ImportOptions, ImportReport } from './api-logs.ts';
import type { PackReport } from './packs/packs.ts';

export type * from '../core/bundle/bundle.ts';

export interface BundleImportReport extends ImportReport {
  readonly blobs: { readonly stored: number; readonly known: number; readonly refused: number };
  /** Chat messages and packets that came along, and what became of them; absent in a dry run. */
  readonly messages?: PackReport;
}

export interface ExportBundleOptions extends ExportOptions {
  /** An author: leaves out what their own bundles have shown that they have. All, where none has been imported yet. */
  readonly for?: string;
  /** False leaves out the files of chat messages, which a later export may still bring. */
  readonly files?: boolean;
}

export interface PeerBundles {
  /** Takes in entries and blobs from a folder, a zip, a sealed zip, a file of entries, or standard input ('-'). */
  import(source: string, options?: ImportOptions & ReadBundleOptions): Promise<BundleImportReport>;
  /** Into a folder, a zip, a sealed zip, or to standard output ('-'). */
  export(target: string, options?: ExportBundleOptions & WriteBundleOptions): Promise<WrittenBundle>;
  /** What lies there; believes nothing and keeps nothing. */
  inspect(source: string, options?: ReadBundleOptions): Promise<BundleReport>;
}

/**
 * A bundle as the runtime sees it, wherever it lies: a folder, a zip, a sealed zip, a stream. The platform reads and
 * writes it (platform/node/bundle*.ts). What comes out is unverified: every blob is to be hashed, every entry checked.
 */
import { StorageError } from '../errors.ts';
import type { Dialect } from '../log/dialect.ts';
import type { Malformation } from '../log/parse.ts';
import type { AbortSignalLike } from '../ports.ts';

export interface BundleBlob {
  /** As found, seen from the part's folder. */
  readonly path: string;
  readonly size: number;
  /** May be read once or more. */
  read(): AsyncIterable<Uint8Array>;
}

/** What one file of entries holds, with the blobs beside it. */
export interface BundlePart {
  /** As found, seen from the source: "messages.pgn", "2020-04/gossip.pgn", "-". */
  readonly path: string;
  /** Of the first entry, where that can be told. */
  readonly dialect: Dialect | undefined;
  /** Pieces of any size. Of standard input: once. */
  entries(): AsyncIterable<Uint8Array>;
  blobs(): AsyncIterable<BundleBlob>;
}

export interface OpenBundle {
  readonly parts: readonly BundlePart[];
  close(): Promise<void>;
}

export interface ReadBundleOptions {
  /** age identities, AGE-SECRET-KEY-…, any one of which opens a sealed bundle. */
  readonly identities?: readonly string[];
  readonly passphrase?: string;
  readonly signal?: AbortSignalLike;
  readonly limits?: Partial<BundleLimits>;
}

export interface BundleLimits {
  /** Files and folders looked at. */
  readonly files: number;
  /** Bytes of standard input or of an opened seal, kept in a temporary file meanwhile. */
  readonly spooled: number;
  /** Bytes of a zip's contents beyond `ratio` times its own size. */
  readonly unpacked: number;
  /** How many times as large as a zip its contents may be, and each file of more than a megabyte as its packed form. */
  readonly ratio: number;
}

/** A log of random ids, keys and signatures packs to half at best; a blob of zeros under a megabyte still passes. */
export const BUNDLE_LIMITS: BundleLimits = {
  files: 8_000_000,
  spooled: 16 * 2 ** 30,
  unpacked: 64 * 2 ** 20,
  ratio: 100,
};

export interface BundleSource {
  readonly size: number;
  read(): AsyncIterable<Uint8Array>;
}

/** What is to be written. */
export interface BundleContent {
  /** The identity's own dialect, whose part lies in the bundle's own folder. */
  readonly own?: Dialect;
  /** Rendered entries without a final newline, grouped by author and in order of depth. One part for each dialect. */
  readonly parts: readonly { readonly dialect: Dialect; readonly entries: AsyncIterable<Uint8Array> }[];
  /** The blob of that SHA-256, undefined where it is not to be had. */
  blob(hash: Uint8Array): Promise<BundleSource | undefined>;
  /** Which blobs go along with an entry; those whose ids stand in it unless said otherwise. */
  blobsFor?(entry: Uint8Array, dialect: Dialect): Promise<readonly Uint8Array[]>;
}

export interface BundleCounts {
  readonly entries: number;
  /** Blobs in the bundle. */
  readonly blobs: number;
  /** Of these, how many lay there already, whole. */
  readonly blobsKept: number;
  /** Blobs that are named and not to be had. */
  readonly blobsMissing: number;
  /** Bytes of entries and blobs. */
  readonly bytes: number;
}

export interface BundleProgress extends BundleCounts {
  readonly volume: number;
}

export interface WrittenBundle extends BundleCounts {
  /** Where each volume lies, in order; empty where there was nothing to write. */
  readonly volumes: readonly string[];
}

export interface WriteBundleOptions {
  /** Bytes that one medium holds; what does not fit goes to further volumes. */
  readonly size?: number;
  /** Where volume `n` (from 2) goes; called when the one before is whole. Unless given: "<target>-2", "name-2.zip". */
  readonly volume?: (n: number) => string | Promise<string>;
  /** age recipients, age1…; seals the zip to them. */
  readonly recipients?: readonly string[];
  /** Seals the zip under it; not together with recipients, as the age format has it. */
  readonly passphrase?: string;
  /** To standard output: entries alone, as they stand in messages.pgn, instead of a zip. */
  readonly entriesOnly?: boolean;
  /** Counts, writes nothing. */
  readonly dryRun?: boolean;
  readonly onProgress?: (progress: BundleProgress) => void;
  readonly signal?: AbortSignalLike;
}

/** Nothing was lost, and what lay there before is whole. */
export class MediumFullError extends StorageError {
  /** Bytes that must become free, as far as can be told; undefined where the medium does not say what is free. */
  readonly missing: number | undefined;
  constructor(message: string, missing: number | undefined, options?: ErrorOptions) {
    super(message, options);
    this.missing = missing;
  }
}

/** Why an entry of a bundle would not be taken, as far as can be told without keys and a store. */
export type BundleDamage = Malformation | 'gap' | 'wrong prev';

export interface BundleAuthor {
  /** As the dialect spells it. */
  readonly author: string;
  readonly dialect: Dialect;
  readonly from: number;
  readonly to: number;
  readonly entries: number;
  /** Entries that announce packs. */
  readonly packs: number;
}

export interface BundleReport {
  readonly dialects: readonly Dialect[];
  readonly entries: number;
  readonly authors: readonly BundleAuthor[];
  /** Whether there were more authors than are listed. */
  readonly authorsCut: boolean;
  readonly blobs: {
    /** Different blobs that entries name. */
    readonly named: number;
    readonly present: number;
    readonly missing: number;
    /** Files that no entry names, or whose bytes are not what an entry names. */
    readonly unnamed: number;
    /** Files whose bytes do not fit the name that they lie under. */
    readonly damaged: readonly string[];
    readonly bytes: number;
  };
  /** Entries that announce packs. */
  readonly packs: number;
  readonly damage: readonly {
    readonly path: string;
    readonly line: number;
    readonly reason: BundleDamage;
    readonly author: string | undefined;
    readonly depth: number | undefined;
  }[];
  /** How many there were; the first of them are listed. */
  readonly damageCount: number;
}

/** What a platform offers. `-` is standard input or output. */
export interface Bundles {
  open(source: string, options?: ReadBundleOptions): Promise<OpenBundle>;
  write(target: string, content: BundleContent, options?: WriteBundleOptions): Promise<WrittenBundle>;
  inspect(source: string, options?: ReadBundleOptions): Promise<BundleReport>;
}

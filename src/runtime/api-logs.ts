/**
 * The public API of logs: what `peer.logs` offers. Authors and entries are named as Pigeon spells them (USER.…, TEXT.…
 * or @….ed25519, %….sha256); an author may also be given as a key of 64 hex characters.
 */
import type { AbortSignalLike, LogDialect } from '../core/ports.ts';

export interface LogEntry {
  readonly id: string;
  readonly author: string;
  /** The author's key, 64 hex characters. */
  readonly key: string;
  readonly dialect: LogDialect;
  readonly depth: number;
  readonly kind: string;
  readonly prev: string;
  readonly lipmaa: string | undefined;
  /** As it stands in the entry: strings are quoted. */
  readonly body: readonly (readonly [key: string, value: string])[];
  /** The rendered entry, without a final newline. */
  readonly text: string;
  readonly received: Date;
  /** Cursor in the order of arrival here. */
  readonly arrival: number;
  /** Whether its signature and those of all before it have been checked. */
  readonly verified: boolean;
}

export interface LogSummary {
  readonly author: string;
  readonly key: string;
  readonly dialect: LogDialect;
  readonly entries: number;
  readonly verified: number;
  /** The depth at which two entries of the author were seen; the log stops there. */
  readonly forkedAt: number | undefined;
}

export type EntryBody = Readonly<Record<string, string>> | readonly (readonly [key: string, value: string])[];

export interface EntriesQuery {
  readonly author?: string;
  readonly kind?: string;
  /** Depth to start at; needs an author. */
  readonly from?: number;
  /** Those that were received here at that time or later. */
  readonly since?: Date;
  /** Goes on with what arrives, until the signal fires or the peer closes. */
  readonly live?: boolean;
  /** Also those whose own signature is unchecked, for which a trusted head vouches. */
  readonly unverified?: boolean;
  readonly signal?: AbortSignalLike;
}

export interface LogProgress {
  readonly bytes: number;
  readonly entries: number;
  readonly imported: number;
  readonly known: number;
  readonly refused: number;
}

export interface EntryRefusal {
  /** Of core/log's reader and chain, or: bad signature, fork, blocked, refused before. */
  readonly reason: string;
  readonly author: string | undefined;
  readonly depth: number | undefined;
  readonly line: number;
}

export interface ImportOptions {
  readonly onProgress?: (progress: LogProgress) => void;
  readonly signal?: AbortSignalLike;
  /** Checks the hash chain and each head's signature now, the other signatures in the background. */
  readonly trustHeads?: boolean;
  /** Says what would be, and keeps nothing. */
  readonly dryRun?: boolean;
}

export interface ImportReport {
  readonly imported: number;
  readonly known: number;
  /** The first 1,000; of what only follows a refused entry, the first for each author. */
  readonly refused: readonly EntryRefusal[];
  readonly refusedCount: number;
  /** SHA-256, in hex, of blobs that the imported entries name and that are not here; the first 10,000. */
  readonly wantedBlobs: readonly string[];
  readonly source: {
    /** By author's key in hex, how many entries the source goes up to; the first 10,000 authors. */
    readonly heads: Readonly<Record<string, number>>;
    /** Key of the author whose log came last: every client writes its own log last. */
    readonly writer: string | undefined;
  };
}

export interface ExportOptions {
  /** Default: those followed, and the own, which comes last. */
  readonly authors?: readonly string[];
  /** Where no authors are named: 1, those followed (the default); 2, also those whom they say to follow; … */
  readonly distance?: number;
  /** By author's key in hex, how many entries the receiver has. */
  readonly since?: Readonly<Record<string, number>>;
  readonly signal?: AbortSignalLike;
}

export type Proof =
  | { readonly kind: 'proven'; readonly entry: LogEntry; readonly head: LogEntry }
  | { readonly kind: 'not proven'; readonly reason: string };

export interface ForkEvidence {
  readonly author: string;
  readonly depth: number;
  /** Both entries as a text: anybody can check it. */
  readonly proof: string;
}

export interface LogPeer {
  readonly author: string;
  readonly key: string;
  /** 0: own; 1: followed; 2: followed by those; … */
  readonly distance: number;
  readonly blocked: boolean;
}

export interface Drafts {
  /** Rejects where there is a draft already. All of these resolve to the draft as the published client prints it. */
  create(kind: string): Promise<string>;
  append(key: string, value: string): Promise<string>;
  show(): Promise<string>;
  discard(): Promise<void>;
  /** Makes the draft the next entry of the own log. */
  sign(): Promise<LogEntry>;
}

export interface FriendOptions {
  /** Says so in the own log, for friends of friends to read. */
  readonly announce?: boolean;
}

export interface FileOptions {
  /** Bytes so far; `total` where it is known. */
  readonly onProgress?: (progress: { bytes: number; total: number | undefined }) => void;
  readonly signal?: AbortSignalLike;
}

export interface LogFile {
  /** What an entry names it by: FILE.… (&….sha256 in 2020-04). */
  readonly id: string;
  readonly size: number;
  /** 1 for a file that is a blob by itself. */
  readonly chunks: number;
  /** How many of them are not here yet. */
  readonly missing: number;
}

/** Files that entries name, of any size up to 3.9 GB. */
export interface LogFiles {
  /** Keeps the bytes; they are given out once an entry names the id. */
  put(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, options?: FileOptions): Promise<LogFile>;
  /** The bytes in order, verified. Rejects with UsageError where they are not (all) here. */
  get(id: string, options?: FileOptions): AsyncIterable<Uint8Array>;
  find(id: string): Promise<LogFile | undefined>;
  /** Deletes others' files that no entry names any more; resolves to how many blobs went. */
  collect(): Promise<number>;
}

export interface Logs {
  own(): Promise<LogSummary>;
  /** The entry is on disk, and the next of the own log, once this resolves. Texts are quoted as values. */
  append(kind: string, body: EntryBody): Promise<LogEntry>;
  readonly drafts: Drafts;
  readonly files: LogFiles;
  entries(query?: EntriesQuery): AsyncIterable<LogEntry>;
  entry(id: string): Promise<LogEntry | undefined>;
  list(): AsyncIterable<LogSummary>;
  /** Checks signatures that are unchecked, or all again; a log ends before the first that is bad. */
  verify(
    author: string,
    options?: { again?: boolean; onProgress?: (checked: number) => void; signal?: AbortSignalLike },
  ): Promise<{ checked: number; badAt: number | undefined }>;
  /** The certificate of an entry: text that proves it without the rest of its log. */
  prove(id: string): Promise<Uint8Array>;
  /** A proven entry of a log that is not here is kept as a fragment, until the log comes. */
  checkCertificate(bytes: Uint8Array): Promise<Proof>;
  fragments(author: string): Promise<LogEntry[]>;
  forks(): Promise<ForkEvidence[]>;
  follow(author: string, options?: FriendOptions): Promise<void>;
  unfollow(author: string, options?: FriendOptions): Promise<void>;
  /** Removes the log; the author is neither taken in nor handed out any more. */
  block(author: string, options?: FriendOptions): Promise<void>;
  unblock(author: string): Promise<void>;
  /**
   * Ends another log of this identity, whose key was lost, behind an entry: its last one here unless said otherwise.
   * Whoever reads that takes nothing further of it.
   */
  revoke(author: string, options?: { head?: string }): Promise<LogEntry>;
  /** Own, followed and blocked ones, and friends of friends to that distance; 1 by default. */
  peers(options?: { distance?: number }): Promise<LogPeer[]>;
  importEntries(
    source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    options?: ImportOptions,
  ): Promise<ImportReport>;
  exportEntries(options?: ExportOptions): AsyncIterable<Uint8Array>;
  /** Resolves when what was begun has ended, the background check included. */
  close(): Promise<void>;
}

/**
 * What the core and the runtime ask of the world. Everything that waits, draws lots, tells the time or
 * keeps something comes in through one of these; platform/ holds the adapters, test/contracts/ one suite
 * for each port that every adapter passes. Times are milliseconds since 1970, UTC.
 */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

export interface Clock {
  now(): number;
  /** Runs `task` once after `ms`; returns what cancels it. A waiting task never keeps a process alive. */
  after(ms: number, task: () => void): () => void;
}

/** Cryptographically strong bytes. */
export type Random = (length: number) => Uint8Array<ArrayBuffer>;

/** Holds an Ed25519 secret that may never leave the platform. */
export interface Signer {
  /** The verifying key, 32 bytes. */
  readonly key: Uint8Array;
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** Holds an X25519 secret that may never leave the platform. */
export interface Agreement {
  /** The public key, 32 bytes. */
  readonly key: Uint8Array;
  /** The raw 32-byte shared secret; rejects for a public key of small order (an all-zero secret). */
  agree(other: Uint8Array): Promise<Uint8Array>;
}

/** The ciphers of suite 1. */
export interface Ciphers {
  hkdfSha256(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Promise<Uint8Array>;
  /** AES-256-GCM: ciphertext followed by the 16-byte tag. */
  encrypt(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, associated?: Uint8Array): Promise<Uint8Array>;
  /** The plaintext, or undefined where the tag does not fit. */
  decrypt(
    key: Uint8Array,
    nonce: Uint8Array,
    sealed: Uint8Array,
    associated?: Uint8Array,
  ): Promise<Uint8Array | undefined>;
}

/** Checks Ed25519 signatures by the strict rule of spec/01-identity.md#signatures. */
export interface Verifier {
  verify(key: Uint8Array, signature: Uint8Array, message: Uint8Array): Promise<boolean>;
  close(): Promise<void>;
}

/** One envelope as a scope holds it. */
export interface Placed {
  /** Arrival cursor of this peer: grows with each insertion, never reused. */
  readonly arrival: number;
  readonly scope: string;
  /** Signed time, or the earliest received-at where the format signs none. */
  readonly time: number;
  /** Envelope id, 32 bytes. */
  readonly id: Uint8Array;
  /** The canonical stored form (core/envelope). */
  readonly envelope: Uint8Array;
  /** When it entered this peer. */
  readonly received: number;
  /** Unseen from this moment on; 0 means never. */
  readonly expires: number;
  /** Unsigned, local: JSON of what the sender's layout said beside the signature. */
  readonly hint: string;
}

export type StoreOp =
  /** Inserts the placement, and the envelope where it is new. Outcome: inserted or known. */
  | {
      op: 'place';
      scope: string;
      time: number;
      id: Uint8Array;
      envelope: Uint8Array;
      received: number;
      expires: number;
      hint: string;
    }
  /** Removes a placement, and the envelope with its last one. */
  | { op: 'remove'; scope: string; time: number; id: Uint8Array }
  /** Writes a record; with `ifAbsent` an existing one stays. Outcome: done or present (with its value). */
  | { op: 'put'; space: string; key: string; value: string; ifAbsent?: boolean }
  | { op: 'delete'; space: string; key: string }
  /** Adds the next entry of a log. Outcome: inserted, known, forked or gap. */
  | {
      op: 'append';
      author: string;
      depth: number;
      id: Uint8Array;
      dialect: LogDialect;
      kind: string;
      bytes: Uint8Array;
      received: number;
      verified: boolean;
    }
  /** The signatures of all entries up to that depth have been checked. */
  | { op: 'verified'; author: string; through: number }
  /** Removes the entries from that depth on, and the log with its last one. */
  | { op: 'truncate'; author: string; depth: number }
  /** Removes the whole log. */
  | { op: 'forget'; author: string };

export type StoreOutcome =
  | { outcome: 'inserted'; arrival: number }
  | { outcome: 'known'; arrival: number }
  | { outcome: 'done' }
  | { outcome: 'present'; value: string }
  /** Another entry stands at that depth: its id. */
  | { outcome: 'forked'; id: Uint8Array }
  /** Entries before it are missing: the depth that comes next. */
  | { outcome: 'gap'; next: number };

export type LogDialect = '2020-04' | '2020-06' | '2020-12';

/** A log as far as it is here. */
export interface LogInfo {
  /** Key that signs it, 64 hex characters. */
  readonly author: string;
  readonly dialect: LogDialect;
  /** The depth that comes next: how many entries it has. */
  readonly next: number;
  /** Id of the last entry, 32 bytes. */
  readonly head: Uint8Array;
  /** The signatures of all entries up to this depth have been checked; -1: of none. */
  readonly verifiedThrough: number;
}

export interface LogEntryRow {
  readonly author: string;
  readonly depth: number;
  /** SHA-256 of the bytes. */
  readonly id: Uint8Array;
  /** The log's, which is its first entry's. */
  readonly dialect: LogDialect;
  readonly kind: string;
  /** The rendered entry without a final newline. */
  readonly bytes: Uint8Array;
  readonly received: number;
  /** Grows with each entry that is inserted, over all logs; never reused. */
  readonly arrival: number;
  /** Whether its signature, and those of all before it, have been checked. */
  readonly verified: boolean;
}

/** Which entries are meant; both where both are given. */
export interface LogFilter {
  readonly author?: string;
  readonly kind?: string;
}

export interface ScopeInfo {
  readonly scope: string;
  /** When the first placement was inserted. */
  readonly created: number;
  readonly count: number;
  /** Greatest placement time. */
  readonly latest: number;
}

export interface StoreRecord {
  readonly key: string;
  readonly value: string;
}

/**
 * Durable state. A batch is atomic, and on disk when `commit` resolves; outcomes stand in the order of the
 * operations. Placements are unique by (scope, id): placing again, whatever the time, answers known. Expired
 * placements are never returned, and placing one anew inserts it; counts and ScopeInfo hold them until `sweep`.
 * A scope exists while it holds a placement. A log is an author's entries from depth 0 without gaps: only the next
 * one is ever inserted, whoever else writes; `verified` advances over it where all before it are. Listings are bounded by `limit`. What goes in and comes out is a copy.
 */
export interface Store {
  /** Names this store; another value means that its arrival cursors start anew. 16 hex characters. */
  readonly epoch: string;
  commit(batch: readonly StoreOp[]): Promise<StoreOutcome[]>;
  find(scope: string, time: number, id: Uint8Array): Promise<Placed | undefined>;
  /** The newest by (time, id), oldest of them first; `before` excludes that time and later. */
  latest(scope: string, limit: number, before?: number): Promise<Placed[]>;
  /** Those with a time greater than `time`, earliest first. */
  since(scope: string, time: number, limit: number): Promise<Placed[]>;
  /** Those that arrived after the cursor, in order of arrival. */
  arrivals(scope: string, after: number, limit: number): Promise<Placed[]>;
  /** Scopes whose name starts with `prefix`, latest activity first. */
  scopes(prefix: string, limit: number): Promise<ScopeInfo[]>;
  /** How many scopes start with `prefix`, and how many placements they hold. */
  totals(prefix: string): Promise<{ scopes: number; placements: number }>;
  record(space: string, key: string): Promise<string | undefined>;
  /** Records by ascending key, from after `after`. */
  records(space: string, limit: number, after?: string): Promise<StoreRecord[]>;
  count(space: string): Promise<number>;
  log(author: string): Promise<LogInfo | undefined>;
  /** Logs by ascending author, from after `after`. */
  logs(limit: number, after?: string): Promise<LogInfo[]>;
  /** One log by depth, from `from` on. */
  entries(author: string, from: number, limit: number): Promise<LogEntryRow[]>;
  entryById(id: Uint8Array): Promise<LogEntryRow | undefined>;
  /** Those of all logs that arrived after the cursor, in order of arrival. */
  entriesByArrival(after: number, limit: number, filter?: LogFilter): Promise<LogEntryRow[]>;
  /** Deletes what has expired; returns how many placements went. */
  sweep(now: number): Promise<number>;
  close(): Promise<void>;
}

/** Bytes named by their SHA-256 (lower-case hex). Whoever puts has checked the name. */
export interface BlobStore {
  put(hash: string, bytes: Uint8Array): Promise<'stored' | 'known'>;
  /** Bytes from `start` up to but not including `end`. */
  get(hash: string, start?: number, end?: number): Promise<Uint8Array | undefined>;
  size(hash: string): Promise<number | undefined>;
  delete(hash: string): Promise<void>;
  /** Sum of all sizes, in bytes. */
  total(): Promise<number>;
  /** By ascending hash, from after `after`; `added` is when it was put. */
  list(limit: number, after?: string): Promise<{ hash: string; size: number; added: number }[]>;
  close(): Promise<void>;
}

export interface HttpResponse {
  readonly status: number;
  readonly body: Uint8Array;
  header(name: string): string | undefined;
}

export interface ServerEvent {
  readonly event: string | undefined;
  /** Empty for a block that holds an id alone. */
  readonly data: string;
  readonly id: string | undefined;
}

/** An HTTP client. Rejects with RemoteError where no answer came. */
export interface Http {
  request(request: {
    method: string;
    url: string;
    headers?: Readonly<Record<string, string>>;
    body?: Uint8Array | string;
    signal?: AbortSignalLike;
    timeoutMs?: number;
  }): Promise<HttpResponse>;
  /** Server-sent events until the stream ends or the signal fires; `onOpen` once the headers are in. */
  events(
    url: string,
    options: { lastEventId?: string; signal?: AbortSignalLike; onOpen?: () => void },
  ): AsyncIterable<ServerEvent>;
}

/** The part of the platform's AbortSignal that is used here, so that the core needs no DOM types. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

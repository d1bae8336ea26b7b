/**
 * What passes between the storage worker (store-worker.ts) and its callers: plain data, in groups. A group is
 * all that waited; its writes are one transaction, its reads follow them, and replies stand in the same order.
 */
import type { LogFilter } from '../../core/ports.ts';
import type { PackedBatch } from './store-packing.ts';

export type StoreRequest =
  | ({ ask: 'commit'; now: number } & PackedBatch)
  /** Deletes at most `limit` expired placements. */
  | { ask: 'sweep'; now: number; limit: number }
  | { ask: 'find'; now: number; scope: string; time: number; id: Uint8Array }
  | { ask: 'latest'; now: number; scope: string; limit: number; before: number | undefined }
  | { ask: 'since'; now: number; scope: string; time: number; limit: number }
  | { ask: 'arrivals'; now: number; scope: string; after: number; limit: number }
  | { ask: 'scopes'; prefix: string; limit: number }
  | { ask: 'totals'; prefix: string }
  | { ask: 'record'; space: string; key: string }
  | { ask: 'records'; space: string; limit: number; after: string }
  | { ask: 'count'; space: string }
  | LogRequest;

export type LogRequest =
  | { ask: 'log'; author: string }
  | { ask: 'logs'; limit: number; after: string }
  | { ask: 'entries'; author: string; from: number; limit: number }
  | { ask: 'entryById'; id: Uint8Array }
  | { ask: 'entriesByArrival'; after: number; limit: number; filter: LogFilter };

export type BlobRequest =
  /** Without bytes: they are in a file of that size. */
  | { ask: 'keep'; hash: string; size: number; added: number; bytes: Uint8Array | undefined }
  | { ask: 'drop'; hash: string }
  | { ask: 'read'; hash: string; start: number | undefined; end: number | undefined }
  | { ask: 'look'; hash: string }
  | { ask: 'total' }
  | { ask: 'list'; limit: number; after: string };

export type Request = StoreRequest | BlobRequest;
export type DatabaseKind = 'store' | 'blobs';

export interface OpenRequest {
  readonly kind: DatabaseKind;
  readonly path: string;
}

/** What is known of a database once it is open. */
export interface Opened {
  readonly epoch: string;
  /** The last process that had it open closed it. */
  readonly clean: boolean;
}

/** A failure as data: errors lose their class on the way between threads. */
export interface Fault {
  readonly message: string;
  readonly cause: string;
}

export type Reply = { value: unknown } | { fault: Fault };

/** `database` is a number that the caller gave it when opening. */
export type ToWorker =
  | { database: number; open: OpenRequest }
  | { database: number; group: Request[] }
  | { database: number; close: true };

export interface FromWorker {
  readonly database: number;
  readonly replies: Reply[];
}

/**
 * What the records of an outbox say, in memory, for answers without waiting. Others write them too (tabs, processes), so
 * they are read again now and then; what changes here during a read is not in what was read, and is done over after it.
 */
import type { Store } from '../../core/ports.ts';
import { allRecords } from '../records.ts';

export interface Waiting {
  readonly scope: string;
  readonly time: number;
  readonly id: string;
}

export type Refused = Waiting & { readonly error: string };

/** Spaces of records: what waits for a relay, and what a relay refused. */
export const OUTBOX = 'outbox';
export const FAILED = 'failed';

export interface OutboxMirror {
  readonly waiting: ReadonlyMap<string, Waiting>;
  readonly failed: ReadonlyMap<string, Refused>;
  /** Says what has been committed: a change told before its commit may be undone by a read in between. */
  change(what: (waiting: Map<string, Waiting>, failed: Map<string, Refused>) => void): void;
  reload(): Promise<void>;
}

export function createOutboxMirror(store: Store): OutboxMirror {
  const waiting = new Map<string, Waiting>();
  const failed = new Map<string, Refused>();
  let sinceRead: (() => void)[] | undefined;
  let reading: Promise<void> = Promise.resolve();

  const read = async () => {
    sinceRead = [];
    const [queued, refused] = await Promise.all([allRecords(store, OUTBOX), allRecords(store, FAILED)]);
    waiting.clear();
    failed.clear();
    for (const { value } of queued) remember(waiting, JSON.parse(value));
    for (const { value } of refused) remember(failed, JSON.parse(value));
    for (const change of sinceRead) change();
    sinceRead = undefined;
  };
  return {
    waiting,
    failed,
    change(what) {
      const change = () => what(waiting, failed);
      change();
      sinceRead?.push(change);
    },
    reload() {
      const next = reading.then(read);
      reading = next.catch(() => {});
      return next;
    },
  };
}

const remember = <T extends Waiting>(map: Map<string, T>, item: T) => void map.set(item.id, item);

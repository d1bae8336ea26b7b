/** A family of sets that peers reconcile (spec/09-sync.md#sets), as the store has them. */
import type { Item } from '../../../core/sync/item.ts';
import type { ItemSet } from '../../../core/sync/item-set.ts';
import type { Row } from '../../../core/sync/session/messages.ts';
import type { Wants } from '../../../core/sync/session/wants.ts';

/** Whom rows came from, for what they make necessary: a log to be read. */
export interface Giver {
  read(author: Uint8Array, from: number): void;
}

export type Watcher = (set: string, item: Item, from: Giver | undefined) => void;

export interface Keeper {
  keeps(set: string): boolean;
  /** The sets here that are wanted. */
  names(wants: Wants): Promise<string[]>;
  /** Equal to the store from then on. `mine` and `theirs` narrow down sets that are wanted in part. */
  open(set: string, mine: Wants, theirs: Wants): Promise<ItemSet | undefined>;
  row(set: string, item: Item): Promise<Row | undefined>;
  /** Checks and keeps what came; resolves, once it is on disk or refused, to the ids that the other side has shown to have. */
  take(set: string, rows: readonly Row[], from: Giver): Promise<readonly Uint8Array[]>;
  /** What was refused and is not to be asked for again. */
  refuses(set: string, id: Uint8Array): boolean;
  watch(watcher: Watcher): () => void;
  /** Looks at the store no more. */
  close?(): void;
}

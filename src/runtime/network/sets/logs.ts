/**
 * Logs as a set of their heads, and what is known of forks (spec/09-sync.md#heads). Only what has been checked is shown;
 * a log that forked is not compared any more, its evidence is.
 */
import { fromHex, toHex, utf8 } from '../../../core/bytes.ts';
import { DecodeError } from '../../../core/errors.ts';
import type { Clock, LogInfo, Sha256, Store } from '../../../core/ports.ts';
import { decodeHead, encodeHead, type Head, headItem, lacksFrom } from '../../../core/sync/heads.ts';
import type { Item } from '../../../core/sync/item.ts';
import { ItemSet } from '../../../core/sync/item-set.ts';
import type { Row } from '../../../core/sync/session/messages.ts';
import { eitherWants, FORKS, LOGS, wantsLogs, wantsSet } from '../../../core/sync/session/wants.ts';
import { createListeners } from '../../listeners.ts';
import type { LogsOfPeer } from '../../logs/logs.ts';
import { shownExtent } from '../../logs/shown.ts';
import type { Giver, Keeper, Watcher } from './types.ts';

export interface LogKeeperParts {
  readonly store: Store;
  readonly logs: LogsOfPeer;
  readonly sha256: Sha256;
  readonly clock: Clock;
  readonly onError?: (error: unknown) => void;
}

const PAGE = 256;
/** How long heads may be out of date, or ten times as long as it takes to look at them. */
const LOOK_MS = 30;

export function createLogKeeper(parts: LogKeeperParts): Keeper {
  const { store, logs } = parts;
  const heads = new Map<string, Head>();
  const forks = new Map<string, Uint8Array>();
  /** One for each choice of authors that some session wants, for as long as it holds it: peers may choose without end. */
  const sets = new Set<{ readonly authors: ReadonlySet<string> | undefined; readonly held: WeakRef<ItemSet> }>();
  const forkSet = new ItemSet();
  const watchers = createListeners<Parameters<Watcher>>();

  const tell = (set: string, item: Item): void => {
    watchers.tell(set, item, undefined);
  };
  const setHead = (author: string, head: Head | undefined): void => {
    const before = heads.get(author);
    if (before !== undefined && head !== undefined && toHex(before.id) === toHex(head.id)) return;
    for (const choice of sets) {
      const { authors, held } = choice;
      const items = held.deref();
      if (items === undefined) sets.delete(choice);
      if (items === undefined || (authors !== undefined && !authors.has(author))) continue;
      if (before !== undefined) items.delete(headItem(before));
      if (head !== undefined) items.add(headItem(head));
    }
    if (head === undefined) heads.delete(author);
    else heads.set(author, head);
    if (head !== undefined) tell(LOGS, headItem(head));
  };
  const look = async (): Promise<void> => {
    const gone = new Set(heads.keys());
    for (let after: string | undefined; ; ) {
      const page = await store.logs(PAGE, after);
      for (const info of page) {
        gone.delete(info.author);
        setHead(info.author, await headOf(parts, info));
      }
      if (page.length < PAGE) break;
      after = page.at(-1)?.author;
    }
    for (const author of gone) setHead(author, undefined);
    for (const { proof, depth } of await logs.forks()) noteFork(proof, depth);
  };
  const noteFork = (proof: string, depth: number): void => {
    const bytes = utf8(proof);
    const item = { time: depth, id: parts.sha256(bytes) };
    forks.set(toHex(item.id), bytes);
    if (forkSet.add(item)) tell(FORKS, item);
  };
  /** One look at a time; news during a look make another. */
  let isLooking = false;
  let again = false;
  let isClosed = false;
  let stopLooking = () => {};
  const lookSoon = (wait = LOOK_MS): void => {
    again = isLooking;
    if (isLooking || isClosed) return;
    isLooking = true;
    stopLooking = parts.clock.after(wait, () => void lookNow());
  };
  const lookNow = async (): Promise<void> => {
    const begun = parts.clock.now();
    await look().catch((error) => {
      if (!isClosed) parts.onError?.(error);
    });
    isLooking = false;
    if (again) lookSoon(Math.max(LOOK_MS, 10 * (parts.clock.now() - begun)));
  };
  const stopHearing = logs.onNews(() => lookSoon());
  let first: Promise<void> | undefined;

  const takeHead = async ({ bytes }: Row, from: Giver): Promise<Uint8Array | undefined> => {
    const head = decodeHead(bytes);
    const author = toHex(head.author);
    if (logs.standing.isBlocked(author) || logs.standing.forkedAt(author) !== undefined) return head.id;
    const own = await store.log(author);
    const lacking = lacksFrom(own && { next: own.next, id: own.head }, head);
    if (lacking !== undefined) from.read(head.author, lacking);
    return head.id;
  };
  const takeFork = async ({ bytes }: Row): Promise<Uint8Array | undefined> => {
    const outcome = await logs.takeFork(bytes);
    return outcome === 'refused' ? undefined : parts.sha256(bytes);
  };

  return {
    keeps: (set) => set === LOGS || set === FORKS,
    names: async (wants) => [...(wantsLogs(wants) ? [LOGS] : []), ...(wantsSet(wants, FORKS) ? [FORKS] : [])],
    async open(set, mine, theirs) {
      first ??= look();
      await first;
      if (set === FORKS) return forkSet;
      const authors = eitherWants(mine, theirs);
      const items = new ItemSet();
      for (const [author, head] of heads) if (authors === undefined || authors.has(author)) items.add(headItem(head));
      sets.add({ authors, held: new WeakRef(items) });
      return items;
    },
    async row(set, item) {
      if (set === FORKS) {
        const bytes = forks.get(toHex(item.id));
        return bytes && { received: 0, expires: 0, bytes };
      }
      const row = await store.entryById(item.id);
      const author = row && fromHex(row.author, 32);
      return row && author && plain(encodeHead({ author, next: row.depth + 1, id: row.id }));
    },
    async take(set, rows, from) {
      const ids: Uint8Array[] = [];
      for (const row of rows) {
        const id = await (set === FORKS ? takeFork(row) : takeHead(row, from)).catch(ignoreMalformed);
        if (id !== undefined) ids.push(id);
      }
      return ids;
    },
    refuses: () => false,
    watch: watchers.add,
    close() {
      isClosed = true;
      stopHearing();
      stopLooking();
    },
  };
}

const plain = (bytes: Uint8Array): Row => ({ received: 0, expires: 0, bytes });

/** As far as others may see it; a log that forked is not compared any more. */
async function headOf({ store, logs }: LogKeeperParts, info: LogInfo): Promise<Head | undefined> {
  const author = fromHex(info.author, 32);
  const { standing } = logs;
  if (author === undefined || standing.forkedAt(info.author) !== undefined) return undefined;
  const extent = await shownExtent({ store, standing }, info.author);
  if (extent === undefined) return undefined;
  const id = extent.id ?? (await store.entries(info.author, extent.next - 1, 1))[0]?.id;
  return id && { author, next: extent.next, id };
}

function ignoreMalformed(error: unknown): undefined {
  if (!(error instanceof DecodeError)) throw error;
}

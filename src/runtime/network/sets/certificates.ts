/**
 * The first entries of logs, which say whose they are (spec/02-pigeon.md#log-keys), as a set: for who wants no more of
 * logs than that, and to find all logs of an identity that is followed.
 */
import { concat, utf8 } from '../../../core/bytes.ts';
import { readFragment } from '../../../core/log/fragment.ts';
import { CERTIFICATE_KIND, readCertificate } from '../../../core/log/ownership.ts';
import type { LogEntryRow, Store } from '../../../core/ports.ts';
import type { Item } from '../../../core/sync/item.ts';
import { ItemSet } from '../../../core/sync/item-set.ts';
import { CERTIFICATES, wantsSet } from '../../../core/sync/session/wants.ts';
import { createListeners } from '../../listeners.ts';
import type { LogsOfPeer } from '../../logs/logs.ts';
import type { Keeper, Watcher } from './types.ts';

const PAGE = 256;
const ENTRY_BYTES = 262_144;
const END = utf8('\n');

interface Parts {
  readonly store: Store;
  readonly logs: LogsOfPeer;
  readonly onError?: (error: unknown) => void;
}

export function createCertificateKeeper({ store, logs, onError }: Parts): Keeper {
  const items = new ItemSet();
  const watchers = createListeners<Parameters<Watcher>>();
  let cursor = 0;
  let looking: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let isClosed = false;

  /** Entries that have not been checked yet are seen once they have: the cursor waits for them. */
  const look = async (): Promise<void> => {
    for (let after = cursor, mayAdvance = true; !isClosed; ) {
      const page = await store.entriesByArrival(after, PAGE, { kind: CERTIFICATE_KIND });
      for (const row of page) {
        mayAdvance &&= row.verified;
        if (mayAdvance) cursor = row.arrival;
        if (row.verified && row.depth === 0) note(row);
      }
      if (page.length < PAGE) return;
      after = page.at(-1)?.arrival ?? after;
    }
  };
  const note = ({ id }: LogEntryRow): void => {
    const item: Item = { time: 0, id };
    if (!items.add(item)) return;
    watchers.tell(CERTIFICATES, item, undefined);
  };
  const lookNow = (): Promise<void> => {
    looking = look().catch((error) => {
      if (!isClosed) onError?.(error);
    });
    return looking;
  };
  /** One look at a time, and one after it however much comes meanwhile: what came before the call is seen. */
  const lookAgain = (): Promise<void> => {
    next ??= (looking ?? Promise.resolve()).then(() => {
      next = undefined;
      return lookNow();
    });
    return next;
  };
  const stopHearing = logs.onNews(() => void lookAgain());

  return {
    keeps: (set) => set === CERTIFICATES,
    names: async (wants) => (wantsSet(wants, CERTIFICATES) ? [CERTIFICATES] : []),
    async open() {
      await lookAgain();
      return items;
    },
    async row(_, { id }) {
      const row = await store.entryById(id);
      const isHidden = row === undefined || logs.standing.isBlocked(row.author);
      return isHidden ? undefined : { received: 0, expires: 0, bytes: concat(row.bytes, END) };
    },
    async take(_, rows) {
      const texts = rows.map(({ bytes }) => bytes).filter(isCertificate);
      if (texts.length > 0) await logs.importEntries(texts.flatMap((text, i) => (i === 0 ? [text] : [END, text])));
      return [];
    },
    refuses: () => false,
    watch: watchers.add,
    close() {
      isClosed = true;
      stopHearing();
    },
  };
}

/** One entry that says whose the log is, and nothing else: a whole log does not come in that way. */
function isCertificate(text: Uint8Array): boolean {
  if (text.length > ENTRY_BYTES) return false;
  const fragment = readFragment(text, 1);
  if (fragment.kind !== 'entries') return false;
  const [entry] = fragment.entries;
  return entry !== undefined && readCertificate(entry) !== undefined;
}

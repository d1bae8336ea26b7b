/**
 * The tips of logs while entries come in: the head that the next entry must continue, ahead of what is stored while
 * signatures are being checked, and the ids that lipmaa links may name. Bounded: some authors, some thousand ids of
 * each; what is not held is read from the store.
 */
import type { Head } from '../../core/log/chain.ts';
import { type Dialect, formatId } from '../../core/log/dialect.ts';
import type { LogEntryRow, Store } from '../../core/ports.ts';

export interface Tip {
  readonly author: string;
  /** The last entry that was linked, its signature perhaps unchecked. */
  head: Head | undefined;
  /** The last entry whose check has passed. */
  accepted: Head | undefined;
  /** How many entries are stored. */
  stored: number;
  /** Grows when a check fails: what was linked before hangs on a bad entry. */
  generation: number;
  readonly ids: Map<number, string>;
  /** Stored entries that are being compared with what comes. */
  page: LogEntryRow[];
}

export const IDS_HELD = 4096;
const TIPS_HELD = 32;
const PAGE = 256;

export const nextOf = ({ head }: Pick<Tip, 'head'>): number => (head === undefined ? 0 : head.depth + 1);

/** Whether signatures are still being checked. */
export const isUnsettled = (tip: Tip): boolean => nextOf(tip) > nextOf({ head: tip.accepted });

/** `keepAll`: what is linked is never stored (a dry run), so that no tip may be let go. */
export function createTips(store: Store, drain: () => Promise<void>, keepAll = false) {
  const tips = new Map<string, Tip>();

  const load = async (author: string): Promise<Tip> => {
    if (tips.size >= TIPS_HELD && !keepAll) {
      await drain();
      for (const old of tips.keys()) if (tips.size >= TIPS_HELD / 2) tips.delete(old);
    }
    const log = await store.log(author);
    const head = log && { dialect: log.dialect, depth: log.next - 1, id: formatId(log.dialect, 'entry', log.head) };
    const tip = { author, head, accepted: head, stored: log?.next ?? 0, generation: 0 };
    const made: Tip = { ...tip, ids: new Map(), page: [] };
    tips.set(author, made);
    return made;
  };

  return {
    held: (author: string): Tip | undefined => tips.get(author),
    load,
    forget: (author: string) => tips.delete(author),
    async storedAt(tip: Tip, depth: number): Promise<LogEntryRow | undefined> {
      const first = tip.page[0]?.depth ?? 0;
      const held = tip.page[depth - first];
      if (held !== undefined) return held;
      tip.page = await store.entries(tip.author, depth, PAGE);
      return tip.page[0];
    },
    /** The id at a depth below the head. */
    async idAt(tip: Tip, dialect: Dialect, depth: number): Promise<string | undefined> {
      const [row] = await store.entries(tip.author, depth, 1);
      return row && formatId(dialect, 'entry', row.id);
    },
  };
}

export function advance(tip: Tip, head: Head): void {
  tip.head = head;
  tip.ids.set(head.depth, head.id);
  tip.ids.delete(head.depth - IDS_HELD);
}

/** Entries of logs on their way: out as a bundle's text, checked ones alone; in along the line of every import. */
import { concat, toHex, utf8 } from '../../core/bytes.ts';
import type { Store } from '../../core/ports.ts';
import { readFurtherBack } from '../../core/sync/heads.ts';
import type { Supplied, Supply, Take } from '../../core/sync/session/actions.ts';
import type { WantedBlobs } from '../intake/wanted.ts';
import type { LogsOfPeer } from '../logs/logs.ts';
import { shownPage } from '../logs/shown.ts';
import type { Giver } from './sets/types.ts';

export interface EntryTrafficParts {
  readonly store: Store;
  readonly logs: LogsOfPeer;
  readonly wanted: WantedBlobs;
}

export interface EntryTraffic {
  supply(wanted: Extract<Supply, { kind: 'entries' }>): Promise<Supplied>;
  take(came: Extract<Take, { kind: 'entries' }>, from: Giver): Promise<void>;
}

const BLANK = utf8('\n\n');
const END = utf8('\n');
/** What a log says that went another way than the one here: further back, the two are one, or a fork is found. */
const UNLINKED: ReadonlySet<string> = new Set(['gap', 'wrong prev', 'wrong lipmaa']);

export function createEntryTraffic({ store, logs, wanted }: EntryTrafficParts): EntryTraffic {
  /** By author and giver, how far back was read. */
  const back = new WeakMap<Giver, Map<string, number>>();
  /** Entries of one author are taken in one after the other. */
  const lanes = new Map<string, Promise<void>>();

  const readOn = async (author: Uint8Array, from: Giver): Promise<void> => {
    const name = toHex(author);
    const reached = back.get(from) ?? new Map<string, number>();
    back.set(from, reached);
    const further = readFurtherBack((await store.log(name))?.next ?? 0, reached.get(name));
    if (further === undefined) return;
    reached.set(name, further.step);
    from.read(author, further.from);
  };
  const take = async ({ author, text }: Extract<Take, { kind: 'entries' }>, from: Giver): Promise<void> => {
    const name = toHex(author);
    const { refused, wantedBlobs, imported } = await logs.importEntries([text]);
    await wanted.add(wantedBlobs);
    if (imported > 0) back.get(from)?.delete(name);
    if (refused.some(({ reason }) => UNLINKED.has(reason))) await readOn(author, from);
  };

  return {
    async supply({ author, from, most }) {
      const { rows, next } = await shownPage({ store, standing: logs.standing }, toHex(author), from);
      const pieces: Uint8Array[] = [];
      let size = 0;
      let taken = 0;
      for (const { bytes } of rows) {
        if (size > 0 && size + bytes.length > most) break;
        pieces.push(...(taken === 0 ? [bytes] : [BLANK, bytes]));
        size += bytes.length;
        taken++;
      }
      const text = taken === 0 ? new Uint8Array() : concat(...pieces, END);
      return { kind: 'entries', text, next: taken < rows.length ? from + taken : next };
    },
    take(came, from) {
      const name = toHex(came.author);
      const work = (lanes.get(name) ?? Promise.resolve()).then(() => take(came, from));
      const settled = work.catch(() => undefined);
      lanes.set(name, settled);
      void settled.then(() => {
        if (lanes.get(name) === settled) lanes.delete(name);
      });
      return work;
    },
  };
}

/**
 * Blobs on their way between peers: each is fetched from one peer at a time, checked against its name before anybody
 * sees it, and goes on where it stopped, with another peer if need be. What is wanted is remembered over restarts.
 */
import { concat, fromHex, toHex } from '../../core/bytes.ts';
import type { Sha256, Store } from '../../core/ports.ts';
import { LIMITS } from '../../core/registry.ts';
import type { Supplied, Supply, Take } from '../../core/sync/session/actions.ts';
import { allRecords } from '../records.ts';
import type { Giver } from './sets/types.ts';

/** Where blobs lie, the messages' and the logs'. Names are lower-case hex. */
export interface BlobShelf {
  size(hash: string): Promise<number | undefined>;
  get(hash: string, start: number, end: number): Promise<Uint8Array | undefined>;
  /** The bytes fit the name. Returns the names of blobs that this one makes wanted. */
  put(hash: string, bytes: Uint8Array): Promise<readonly string[]>;
}

interface Source {
  fetch(hash: Uint8Array, at: number): boolean;
  stop(hash: Uint8Array): void;
}

interface Fetching {
  readonly hash: string;
  readonly pieces: Uint8Array[];
  got: number;
  total: number;
  giver: Giver | undefined;
  /** Those that said that they don't have it. */
  readonly lacking: Set<Giver>;
  readonly waiting: Set<(isHere: boolean) => void>;
}

export interface BlobTraffic {
  join(giver: Giver, source: Source): void;
  leave(giver: Giver): void;
  /** Fetches what is not here, now or whenever somebody has it. */
  want(hashes: readonly string[], from: Giver): void;
  /** Resolves to whether it is here, once it is or nobody who is connected has it. */
  fetch(hash: string): Promise<boolean>;
  supply(wanted: Extract<Supply, { kind: 'blob' }>): Promise<Supplied>;
  take(came: Extract<Take, { kind: 'blob' }>, from: Giver): Promise<void>;
}

const SPACE = 'wanted-blob';
const MOST_WANTED = 100_000;
/** Blobs on their way at once, so that what is held in memory is bounded. */
const AT_ONCE = 8;
const NONE = new Uint8Array();

export function createBlobTraffic({
  store,
  shelf,
  sha256,
}: {
  store: Store;
  shelf: BlobShelf;
  sha256: Sha256;
}): BlobTraffic {
  const sources = new Map<Giver, Source>();
  const wanted = new Map<string, Fetching>();
  let isLoaded = false;

  const fetchingOf = (hash: string): Fetching => {
    const fetching: Fetching = wanted.get(hash) ?? {
      ...{ hash, pieces: [], got: 0, total: 0, giver: undefined, lacking: new Set(), waiting: new Set() },
    };
    wanted.set(hash, fetching);
    return fetching;
  };
  const next = (): void => {
    let busy = [...wanted.values()].filter(({ giver }) => giver !== undefined).length;
    for (const fetching of wanted.values()) {
      if (busy >= AT_ONCE) return;
      if (fetching.giver !== undefined) continue;
      if (begin(fetching)) busy++;
      else if (isLackedByAll(fetching)) answer(fetching, false);
    }
  };
  const isLackedByAll = ({ lacking }: Fetching): boolean => [...sources.keys()].every((giver) => lacking.has(giver));
  const begin = (fetching: Fetching): boolean => {
    for (const [giver, source] of sources) {
      if (fetching.lacking.has(giver) || !source.fetch(fromHex(fetching.hash, 32) ?? NONE, fetching.got)) continue;
      fetching.giver = giver;
      return true;
    }
    return false;
  };
  const answer = (fetching: Fetching, isHere: boolean): void => {
    for (const resolve of fetching.waiting) resolve(isHere);
    fetching.waiting.clear();
  };
  const forget = (fetching: Fetching): void => {
    fetching.pieces.length = 0;
    fetching.got = 0;
    fetching.total = 0;
  };
  const remember = async (hashes: readonly string[]): Promise<void> => {
    if (hashes.length === 0 || wanted.size > MOST_WANTED) return;
    await store.commit(hashes.map((key) => ({ op: 'put', space: SPACE, key, value: '' }) as const));
    for (const hash of hashes) fetchingOf(hash);
    next();
  };
  const missing = async (hashes: readonly string[]): Promise<string[]> => {
    const found: string[] = [];
    for (const hash of new Set(hashes)) if ((await shelf.size(hash)) === undefined) found.push(hash);
    return found;
  };
  const finish = async (fetching: Fetching): Promise<void> => {
    const bytes = concat(...fetching.pieces);
    if (toHex(sha256(bytes)) !== fetching.hash) {
      if (fetching.giver !== undefined) fetching.lacking.add(fetching.giver);
      fetching.giver = undefined;
      return forget(fetching);
    }
    const more = await shelf.put(fetching.hash, bytes);
    wanted.delete(fetching.hash);
    await remember(await missing(more));
    await store.commit([{ op: 'delete', space: SPACE, key: fetching.hash }]);
    answer(fetching, true);
  };

  return {
    join(giver, source) {
      sources.set(giver, source);
      if (isLoaded) return next();
      isLoaded = true;
      void allRecords(store, SPACE).then(
        (records) => {
          for (const { key } of records) fetchingOf(key);
          next();
        },
        () => undefined,
      );
    },
    leave(giver) {
      sources.delete(giver);
      for (const fetching of wanted.values()) {
        fetching.lacking.delete(giver);
        if (fetching.giver === giver) fetching.giver = undefined;
      }
      next();
    },
    want(hashes) {
      void missing(hashes).then(remember, () => undefined);
    },
    async fetch(hash) {
      if ((await shelf.size(hash)) !== undefined) return true;
      const fetching = fetchingOf(hash);
      fetching.lacking.clear();
      return new Promise((resolve) => {
        fetching.waiting.add(resolve);
        next();
      });
    },
    async supply({ hash, at, most }) {
      const name = toHex(hash);
      const total = (await shelf.size(name)) ?? 0;
      const bytes = at < total ? await shelf.get(name, at, Math.min(total, at + most)) : undefined;
      return { kind: 'blob', total: bytes === undefined ? 0 : total, bytes: bytes ?? NONE };
    },
    async take({ hash, total, at, bytes }, from) {
      const fetching = wanted.get(toHex(hash));
      if (fetching === undefined || fetching.giver !== from) return;
      const isUsable = total > 0 && total <= LIMITS.blobBytes && at === fetching.got && bytes.length > 0;
      if (!isUsable || (fetching.total > 0 && fetching.total !== total)) {
        fetching.lacking.add(from);
        fetching.giver = undefined;
        forget(fetching);
        return next();
      }
      fetching.total = total;
      fetching.pieces.push(bytes);
      fetching.got += bytes.length;
      if (fetching.got === total) await finish(fetching);
      next();
    },
  };
}

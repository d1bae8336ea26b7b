/**
 * Blobs on their way between peers: each is fetched from one peer at a time, checked against its name before anybody
 * sees it, and goes on where it stopped, with another peer if need be. Who sends what it is not, or nothing for long, is
 * not asked for it again while it stays. What is wanted is remembered over restarts.
 */
import { concat, fromHex, toHex } from '../../core/bytes.ts';
import type { Clock, Sha256, Store } from '../../core/ports.ts';
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
  /** Whom the pieces came from; of several, nobody knows who is to blame. */
  readonly givers: Set<Giver>;
  /** How often its turn was waited for since the last piece. */
  waits: number;
  /** It is in the records of the store. */
  isRemembered: boolean;
  stopWaiting: () => void;
  /** Those that said that they don't have it, or lied about it. */
  readonly lacking: Set<Giver>;
  readonly waiting: Set<(isHere: boolean) => void>;
}

export interface BlobTraffic {
  join(giver: Giver, source: Source): void;
  /** It is gone, or out of reach. */
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
/** Blobs on their way at once, and as many being put away: what is held in memory is bounded. */
const AT_ONCE = 16;
/** A giver that has said nothing of it for so long is given up, or so often that, while it sends others. */
const SILENCE_MS = 30_000;
const MOST_WAITS = 8;
const NONE = new Uint8Array();

export function createBlobTraffic({
  store,
  shelf,
  sha256,
  clock,
}: {
  store: Store;
  clock: Pick<Clock, 'after'>;
  shelf: BlobShelf;
  sha256: Sha256;
}): BlobTraffic {
  const sources = new Map<Giver, Source>();
  const wanted = new Map<string, Fetching>();
  /** Those to begin; on their way; being put away. All others are lacked by all who are here. */
  const [ready, busy, storing] = [new Set<Fetching>(), new Set<Fetching>(), new Set<Fetching>()];
  let isLoaded = false;
  /** How many pieces each has sent. */
  const pieces = new WeakMap<Giver, number>();

  const fetchingOf = (hash: string): Fetching => {
    const present = wanted.get(hash);
    if (present !== undefined) return present;
    const fetching: Fetching = {
      ...{ hash, pieces: [], got: 0, total: 0, giver: undefined, givers: new Set(), waits: 0 },
      ...{ lacking: new Set(), waiting: new Set(), isRemembered: false, stopWaiting: () => {} },
    };
    wanted.set(hash, fetching);
    ready.add(fetching);
    return fetching;
  };
  const next = (): void => {
    for (const fetching of ready) {
      if (busy.size >= AT_ONCE || storing.size >= AT_ONCE) return;
      if (begin(fetching)) ready.delete(fetching);
      else if (isLackedByAll(fetching)) {
        ready.delete(fetching);
        answer(fetching, false);
      }
    }
  };
  const isLackedByAll = ({ lacking }: Fetching): boolean => [...sources.keys()].every((giver) => lacking.has(giver));
  const begin = (fetching: Fetching): boolean => {
    for (const [giver, source] of sources) {
      if (fetching.lacking.has(giver) || !source.fetch(fromHex(fetching.hash, 32) ?? NONE, fetching.got)) continue;
      fetching.giver = giver;
      fetching.givers.add(giver);
      busy.add(fetching);
      waitFor(fetching);
      return true;
    }
    return false;
  };
  const waitFor = (fetching: Fetching): void => {
    fetching.stopWaiting();
    const { giver } = fetching;
    const before = giver && pieces.get(giver);
    fetching.stopWaiting = clock.after(SILENCE_MS, () => {
      // Over a slow line the blobs that go at once wait long for their turns.
      if (giver && pieces.get(giver) !== before && ++fetching.waits < MOST_WAITS) return waitFor(fetching);
      giveUp(fetching);
      next();
    });
  };
  /** Its giver is asked no more for it. */
  const giveUp = (fetching: Fetching): void => {
    const { giver } = fetching;
    forget(fetching);
    if (giver === undefined) return;
    fetching.lacking.add(giver);
    sources.get(giver)?.stop(fromHex(fetching.hash, 32) ?? NONE);
  };
  const answer = (fetching: Fetching, isHere: boolean): void => {
    for (const resolve of fetching.waiting) resolve(isHere);
    fetching.waiting.clear();
  };
  /** It may begin again, where it stands. */
  const release = (fetching: Fetching): void => {
    fetching.stopWaiting();
    fetching.giver = undefined;
    busy.delete(fetching);
    storing.delete(fetching);
    ready.add(fetching);
  };
  const forget = (fetching: Fetching): void => {
    release(fetching);
    fetching.pieces.length = 0;
    fetching.givers.clear();
    fetching.got = 0;
    fetching.total = 0;
  };
  const remember = async (hashes: readonly string[]): Promise<void> => {
    if (hashes.length === 0 || wanted.size > MOST_WANTED) return;
    await store.commit(hashes.map((key) => ({ op: 'put', space: SPACE, key, value: '' }) as const));
    for (const hash of hashes) fetchingOf(hash).isRemembered = true;
    next();
  };
  const missing = async (hashes: readonly string[]): Promise<string[]> => {
    const found: string[] = [];
    for (const hash of new Set(hashes)) if ((await shelf.size(hash)) === undefined) found.push(hash);
    return found;
  };
  const finish = async (fetching: Fetching): Promise<void> => {
    fetching.stopWaiting();
    const [first = NONE] = fetching.pieces;
    const bytes = fetching.pieces.length > 1 ? concat(...fetching.pieces) : first;
    if (toHex(sha256(bytes)) !== fetching.hash) {
      if (fetching.givers.size === 1) giveUp(fetching);
      else forget(fetching);
      return next();
    }
    // The next is asked for while this one is put away.
    busy.delete(fetching);
    storing.add(fetching);
    next();
    try {
      const more = await shelf.put(fetching.hash, bytes);
      await remember(await missing(more));
    } catch (error) {
      forget(fetching);
      throw error;
    }
    storing.delete(fetching);
    wanted.delete(fetching.hash);
    if (fetching.isRemembered) await store.commit([{ op: 'delete', space: SPACE, key: fetching.hash }]);
    answer(fetching, true);
    next();
  };
  /** What was wanted when the process ended, but for what came in its last moment. */
  const load = async (): Promise<void> => {
    const hashes = (await allRecords(store, SPACE)).map(({ key }) => key);
    const lacked = new Set(await missing(hashes));
    const here = hashes.filter((hash) => !lacked.has(hash));
    if (here.length > 0) await store.commit(here.map((key) => ({ op: 'delete', space: SPACE, key }) as const));
    for (const hash of lacked) fetchingOf(hash).isRemembered = true;
    next();
  };

  return {
    join(giver, source) {
      sources.set(giver, source);
      for (const fetching of wanted.values()) if (!busy.has(fetching) && !storing.has(fetching)) ready.add(fetching);
      if (isLoaded) return next();
      isLoaded = true;
      void load().catch(() => undefined);
    },
    leave(giver) {
      const source = sources.get(giver);
      sources.delete(giver);
      for (const fetching of wanted.values()) {
        fetching.lacking.delete(giver);
        if (fetching.giver !== giver || !busy.has(fetching)) continue;
        source?.stop(fromHex(fetching.hash, 32) ?? NONE);
        release(fetching);
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
      if (!busy.has(fetching) && !storing.has(fetching)) ready.add(fetching);
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
      pieces.set(from, (pieces.get(from) ?? 0) + 1);
      const fetching = wanted.get(toHex(hash));
      if (fetching === undefined || fetching.giver !== from || !busy.has(fetching)) return;
      const isUsable = total > 0 && total <= LIMITS.blobBytes && at === fetching.got && bytes.length > 0;
      if (!isUsable || (fetching.total > 0 && fetching.total !== total)) {
        giveUp(fetching);
        return next();
      }
      fetching.total = total;
      fetching.waits = 0;
      fetching.pieces.push(bytes);
      fetching.got += bytes.length;
      if (fetching.got === total) return finish(fetching);
      waitFor(fetching);
    },
  };
}

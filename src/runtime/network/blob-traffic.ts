/**
 * Blobs on their way between peers: each is fetched from one peer at a time, checked against its name before anybody
 * sees it, and goes on where it stopped, with another peer if need be. Who sends what it is not, or nothing for long, is
 * not asked for it again while it stays; who has not got it yet is, later. What is wanted is remembered over restarts.
 */
import { concat, fromHex, toHex } from '../../core/bytes.ts';
import type { Clock } from '../../core/ports.ts';
import { LIMITS } from '../../core/registry.ts';
import type { Supplied, Supply, Take } from '../../core/sync/session/actions.ts';
import type { BlobIntake } from '../intake/blobs.ts';
import type { Giver } from './sets/types.ts';

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
  stopWaiting: () => void;
  /** It is wanted until it comes, not for the moment alone. */
  isKept: boolean;
  /** Those that said that they don't have it: they may get it. */
  readonly lacking: Set<Giver>;
  /** Those that lied about it, or were silent. */
  readonly shunned: Set<Giver>;
  readonly waiting: Set<(isHere: boolean) => void>;
}

export interface BlobTraffic {
  join(giver: Giver, source: Source): void;
  /** It is gone, or out of reach. */
  leave(giver: Giver): void;
  /** Resolves to whether it is here, once it is or nobody who is connected has it. */
  fetch(hash: string): Promise<boolean>;
  supply(wanted: Extract<Supply, { kind: 'blob' }>): Promise<Supplied>;
  take(came: Extract<Take, { kind: 'blob' }>, from: Giver): Promise<void>;
}

/** Blobs on their way at once, and as many being put away: what is held in memory is bounded. */
const AT_ONCE = 16;
/** A giver that has said nothing of it for so long is given up, or so often that, while it sends others. */
const SILENCE_MS = 30_000;
const MOST_WAITS = 8;
/** Who had not got what is wanted is asked again after so long, then after twice as long each time. */
const AGAIN_MS = 1000;
const MOST_AGAIN_MS = 3_600_000;
const NONE = new Uint8Array();

export interface BlobTrafficParts {
  /** What is here, what is wanted, and where what comes is kept. */
  readonly intake: BlobIntake;
  readonly clock: Pick<Clock, 'after'>;
}

export function createBlobTraffic({ intake, clock }: BlobTrafficParts): BlobTraffic {
  const sources = new Map<Giver, Source>();
  const wanted = new Map<string, Fetching>();
  /** Those to begin; on their way; being put away. All others are lacked by all who are here. */
  const [ready, busy, storing] = [new Set<Fetching>(), new Set<Fetching>(), new Set<Fetching>()];
  let isLoaded = false;
  /** How many pieces each has sent. */
  const pieces = new WeakMap<Giver, number>();
  let wait = AGAIN_MS;
  let stopComing: (() => void) | undefined;

  const fetchingOf = (hash: string): Fetching => {
    const present = wanted.get(hash);
    if (present !== undefined) return present;
    const fetching: Fetching = {
      ...{ hash, pieces: [], got: 0, total: 0, giver: undefined, givers: new Set(), waits: 0 },
      ...{ lacking: new Set(), shunned: new Set(), waiting: new Set(), isKept: false, stopWaiting: () => {} },
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
  const isInVain = ({ lacking, shunned }: Fetching, giver: Giver): boolean => lacking.has(giver) || shunned.has(giver);
  const isLackedByAll = (fetching: Fetching): boolean =>
    [...sources.keys()].every((giver) => isInVain(fetching, giver));
  const begin = (fetching: Fetching): boolean => {
    for (const [giver, source] of sources) {
      if (isInVain(fetching, giver) || !source.fetch(fromHex(fetching.hash, 32) ?? NONE, fetching.got)) continue;
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
    fetching.shunned.add(giver);
    sources.get(giver)?.stop(fromHex(fetching.hash, 32) ?? NONE);
  };
  /** Its giver has not got it, and is asked again later. */
  const comeBack = (fetching: Fetching): void => {
    const { giver } = fetching;
    forget(fetching);
    if (giver === undefined) return;
    fetching.lacking.add(giver);
    stopComing ??= clock.after(wait, askAgain);
  };
  const askAgain = (): void => {
    stopComing = undefined;
    wait = Math.min(2 * wait, MOST_AGAIN_MS);
    for (const fetching of wanted.values()) {
      if (!fetching.isKept || fetching.lacking.size === 0 || busy.has(fetching) || storing.has(fetching)) continue;
      fetching.lacking.clear();
      ready.add(fetching);
    }
    next();
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
  const want = (hashes: readonly string[]): void => {
    for (const hash of hashes) fetchingOf(hash).isKept = true;
    wait = AGAIN_MS;
    next();
  };
  /** It came, from here or elsewhere: nobody is asked for it any more. */
  const got = (hash: string): void => {
    const fetching = wanted.get(hash);
    if (fetching === undefined) return;
    if (fetching.giver !== undefined && busy.has(fetching)) {
      sources.get(fetching.giver)?.stop(fromHex(hash, 32) ?? NONE);
    }
    forget(fetching);
    ready.delete(fetching);
    wanted.delete(hash);
    answer(fetching, true);
    next();
  };
  const finish = async (fetching: Fetching): Promise<void> => {
    fetching.stopWaiting();
    // The next is asked for while this one is put away.
    busy.delete(fetching);
    storing.add(fetching);
    next();
    const [first = NONE] = fetching.pieces;
    const bytes = fetching.pieces.length > 1 ? concat(...fetching.pieces) : first;
    const taken = await intake.take(fetching.hash, bytes, 'asked').catch((error) => {
      forget(fetching);
      throw error;
    });
    if (taken === 'stored' || taken === 'known') return;
    if (fetching.givers.size === 1) giveUp(fetching);
    else forget(fetching);
    next();
  };
  /** What was wanted when the process ended, but for what came in its last moment. */
  const load = async (): Promise<void> => want(await intake.wanted.missing());
  intake.wanted.on({ added: want, got });

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
        fetching.shunned.delete(giver);
        if (fetching.giver !== giver || !busy.has(fetching)) continue;
        source?.stop(fromHex(fetching.hash, 32) ?? NONE);
        release(fetching);
      }
      if (sources.size === 0) {
        stopComing?.();
        stopComing = undefined;
      }
      next();
    },
    async fetch(hash) {
      if ((await intake.size(hash)) !== undefined) return true;
      const fetching = fetchingOf(hash);
      fetching.lacking.clear();
      fetching.shunned.clear();
      if (!busy.has(fetching) && !storing.has(fetching)) ready.add(fetching);
      return new Promise((resolve) => {
        fetching.waiting.add(resolve);
        next();
      });
    },
    async supply({ hash, at, most }) {
      const name = toHex(hash);
      const total = (await intake.size(name)) ?? 0;
      const bytes = at < total ? await intake.get(name, at, Math.min(total, at + most)) : undefined;
      return { kind: 'blob', total: bytes === undefined ? 0 : total, bytes: bytes ?? NONE };
    },
    async take({ hash, total, at, bytes }, from) {
      pieces.set(from, (pieces.get(from) ?? 0) + 1);
      const fetching = wanted.get(toHex(hash));
      if (fetching === undefined || fetching.giver !== from || !busy.has(fetching)) return;
      if (total === 0) {
        comeBack(fetching);
        return next();
      }
      const isUsable = total <= LIMITS.blobBytes && at === fetching.got && bytes.length > 0;
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

/**
 * Keeps known peers connected: dials their addresses tier by tier (TLS, then libp2p straight, then through relays), those
 * of a tier side by side, and goes on to the next only where none answered. Tries again after waits that double, with
 * jitter; a peer that is reached through relays alone is sought directly after such waits too. One round at a time for each.
 */
import { RemoteError } from '../../core/errors.ts';
import type { AbortSignalLike, Clock, Random } from '../../core/ports.ts';
import type { Passage } from '../../core/transport.ts';
import type { KnownPeer, KnownPeers } from './known-peers.ts';

export interface DiallingParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly known: KnownPeers;
  dial(address: string, peer: KnownPeer, signal?: AbortSignalLike): Promise<unknown>;
  canDial(address: string): boolean;
  /** Those that are not known to be dead. */
  pathsTo(key: string): readonly { readonly address: string; readonly transport: Passage }[];
}

export interface Dialling {
  /** Resolves once one path stands; rejects with RemoteError that says why not. */
  now(key: string, options: { timeoutMs: number; signal?: AbortSignalLike }): Promise<void>;
  /** A connection ended, or none of its paths answers any more. */
  lost(key: string): void;
  /** There is a new address of it. */
  soon(key: string): void;
  /** The network changed: all that are away are tried at once. */
  again(): void;
  /** Why the last round failed. */
  problem(key: string): string | undefined;
  stop(key: string): void;
  close(): void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;
/** Addresses that say nothing, as behind most firewalls, do not keep the next tier waiting for longer. */
const HEAD_START_MS = 1500;

interface Attempt {
  wait: number;
  /** What the wait has grown with. */
  seeks: 'any path' | 'a straight one';
  round: Promise<boolean> | undefined;
  problem: string | undefined;
  /** Those who wait for the first path. */
  readonly waiting: Set<() => void>;
  cancel: () => void;
}

export function createDialling(parts: DiallingParts): Dialling {
  const { clock, known } = parts;
  const attempts = new Map<string, Attempt>();
  let isClosed = false;

  const attemptOf = (key: string): Attempt => {
    const attempt = attempts.get(key) ?? {
      wait: FIRST_WAIT_MS,
      seeks: 'any path',
      round: undefined,
      problem: undefined,
      waiting: new Set(),
      cancel: () => {},
    };
    attempts.set(key, attempt);
    return attempt;
  };
  const isReached = (key: string): boolean => parts.pathsTo(key).length > 0;
  const isStraight = (key: string): boolean => parts.pathsTo(key).some(({ transport }) => transport !== 'relayed');
  const round = async (peer: KnownPeer, attempt: Attempt, signal?: AbortSignalLike): Promise<boolean> => {
    const dialable = peer.addresses.filter(parts.canDial);
    if (dialable.length === 0 && !isReached(peer.key)) {
      attempt.problem = 'none of its addresses can be dialled from here; ask for a new ticket';
    }
    const reasons: string[] = [];
    const dial = async (address: string): Promise<void> => {
      try {
        await parts.dial(address, peer, signal);
        for (const stands of [...attempt.waiting]) stands();
      } catch (error) {
        reasons.push(inWords(error));
      }
    };
    const dials: Promise<void>[] = [];
    for (const tier of TIERS) {
      const taken = new Set(parts.pathsTo(peer.key).map(({ address }) => address));
      const begun = dialable.filter((address) => tier(address) && !taken.has(address)).map(dial);
      dials.push(...begun);
      await Promise.race([Promise.all(begun), headStart(clock)]);
      if (isStraight(peer.key) || (tier === RELAYED && isReached(peer.key))) break;
    }
    await Promise.all(dials);
    const isUp = isReached(peer.key);
    if (isUp) attempt.problem = undefined;
    else if (reasons.length > 0) attempt.problem = [...new Set(reasons)].slice(0, 3).join('; ');
    return isUp;
  };
  const run = (key: string, signal?: AbortSignalLike): Promise<boolean> => {
    const attempt = attemptOf(key);
    const peer = known.get(key);
    if (peer === undefined || isClosed) return Promise.resolve(false);
    attempt.cancel();
    attempt.round ??= round(peer, attempt, signal).finally(() => {
      attempt.round = undefined;
      plan(key);
    });
    return attempt.round;
  };
  const plan = (key: string): void => {
    const attempt = attemptOf(key);
    attempt.cancel();
    if (isClosed || known.get(key) === undefined) return;
    if (isStraight(key)) {
      attempt.wait = FIRST_WAIT_MS;
      return;
    }
    const seeks = isReached(key) ? 'a straight one' : 'any path';
    if (seeks !== attempt.seeks) attempt.wait = FIRST_WAIT_MS;
    attempt.seeks = seeks;
    const rest = attempt.wait * (0.5 + (parts.random(1)[0] ?? 0) / 256);
    attempt.wait = Math.min(2 * attempt.wait, LONGEST_WAIT_MS);
    attempt.cancel = clock.after(rest, () => void run(key));
  };
  for (const { key } of known.all()) attemptOf(key).cancel = clock.after(0, () => void run(key));

  return {
    now(key, { timeoutMs, signal }) {
      return new Promise((resolve, reject) => {
        const attempt = attemptOf(key);
        const settle = (): void => {
          stop();
          attempt.waiting.delete(stands);
        };
        const stands = (): void => {
          settle();
          resolve();
        };
        const fail = (why: string): void => {
          settle();
          reject(new RemoteError(`Cannot connect: ${why}`));
        };
        const stop = clock.after(timeoutMs, () =>
          fail(attempt.problem ?? `nobody answered within ${timeoutMs / 1000} s`),
        );
        attempt.waiting.add(stands);
        signal?.addEventListener('abort', () => fail('it was given up'));
        // A round that is under way may not know of the addresses that this one is about.
        const peer = known.get(key);
        const asked = attempt.round && peer ? round(peer, attempt, signal) : run(key, signal);
        void asked.then((isUp) => (isUp ? stands() : fail(attempt.problem ?? 'nobody answered')));
        // Other addresses may take long to say no.
        if (parts.pathsTo(key).length > 0) stands();
      });
    },
    lost: plan,
    soon(key) {
      if (!isStraight(key)) void run(key);
    },
    again() {
      for (const { key } of known.all()) {
        attemptOf(key).wait = FIRST_WAIT_MS;
        void run(key);
      }
    },
    problem: (key) => attempts.get(key)?.problem,
    stop(key) {
      attempts.get(key)?.cancel();
      attempts.delete(key);
    },
    close() {
      isClosed = true;
      for (const attempt of attempts.values()) attempt.cancel();
    },
  };
}

/** Best first: what is straight and carries bulk, what is straight, what goes through relays. */
const RELAYED = (address: string): boolean => address.includes('/p2p-circuit');
const TIERS = [
  (address: string): boolean => !address.startsWith('/'),
  (address: string): boolean => address.startsWith('/') && !RELAYED(address),
  RELAYED,
] as const;

const headStart = (clock: Pick<Clock, 'after'>): Promise<void> =>
  new Promise((resolve) => void clock.after(HEAD_START_MS, resolve));

const inWords = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Keeps known peers connected: dials all their addresses side by side, is content with two paths that differ, and tries
 * again after waits that double, with jitter. Never more than one round of attempts for a peer at a time.
 */
import { RemoteError } from '../../core/errors.ts';
import type { AbortSignalLike, Clock, Random } from '../../core/ports.ts';
import type { KnownPeer, KnownPeers } from './known-peers.ts';

export interface DiallingParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly known: KnownPeers;
  dial(address: string, peer: KnownPeer, signal?: AbortSignalLike): Promise<unknown>;
  canDial(address: string): boolean;
  pathsTo(key: string): readonly { readonly address: string }[];
}

export interface Dialling {
  /** Resolves once one path stands; rejects with RemoteError that says why not. */
  now(key: string, options: { timeoutMs: number; signal?: AbortSignalLike }): Promise<void>;
  /** A connection ended. */
  lost(key: string): void;
  /** The network changed: all that are away are tried at once. */
  again(): void;
  /** Why the last round failed. */
  problem(key: string): string | undefined;
  stop(key: string): void;
  close(): void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;
/** Another path beside the one that stands is looked for that often. */
const SECOND_PATH_MS = 60_000;
const ENOUGH_PATHS = 2;

interface Attempt {
  wait: number;
  round: Promise<boolean> | undefined;
  problem: string | undefined;
  cancel: () => void;
}

export function createDialling(parts: DiallingParts): Dialling {
  const { clock, known } = parts;
  const attempts = new Map<string, Attempt>();
  let isClosed = false;

  const attemptOf = (key: string): Attempt => {
    const attempt = attempts.get(key) ?? {
      wait: FIRST_WAIT_MS,
      round: undefined,
      problem: undefined,
      cancel: () => {},
    };
    attempts.set(key, attempt);
    return attempt;
  };
  const round = async (peer: KnownPeer, attempt: Attempt, signal?: AbortSignalLike): Promise<boolean> => {
    const connected = new Set(parts.pathsTo(peer.key).map(({ address }) => address));
    const open = peer.addresses.filter((address) => parts.canDial(address) && !connected.has(address));
    if (open.length === 0 && connected.size === 0) {
      attempt.problem = 'none of its addresses can be dialled from here; ask for a new ticket';
    }
    const results = await Promise.allSettled(open.map((address) => parts.dial(address, peer, signal)));
    const isUp = parts.pathsTo(peer.key).length > 0;
    const reasons = results.flatMap((result) => (result.status === 'rejected' ? [inWords(result.reason)] : []));
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
    const paths = parts.pathsTo(key).length;
    if (paths >= ENOUGH_PATHS) return;
    if (paths > 0) attempt.wait = FIRST_WAIT_MS;
    const rest = paths > 0 ? SECOND_PATH_MS : attempt.wait * (0.5 + (parts.random(1)[0] ?? 0) / 256);
    if (paths === 0) attempt.wait = Math.min(2 * attempt.wait, LONGEST_WAIT_MS);
    attempt.cancel = clock.after(rest, () => void run(key));
  };
  for (const { key } of known.all()) attemptOf(key).cancel = clock.after(0, () => void run(key));

  return {
    now(key, { timeoutMs, signal }) {
      return new Promise((resolve, reject) => {
        const attempt = attemptOf(key);
        const fail = (why: string): void => reject(new RemoteError(`Cannot connect: ${why}`));
        const stop = clock.after(timeoutMs, () =>
          fail(attempt.problem ?? `nobody answered within ${timeoutMs / 1000} s`),
        );
        signal?.addEventListener('abort', () => fail('it was given up'));
        void run(key, signal).then((isUp) => {
          stop();
          if (isUp) resolve();
          else fail(attempt.problem ?? 'nobody answered');
        });
      });
    },
    lost: plan,
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

const inWords = (error: unknown): string => (error instanceof Error ? error.message : String(error));

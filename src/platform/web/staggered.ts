/**
 * One task tried several times side by side, for tasks that may hang: another attempt begins whenever a pause has passed
 * with none done. The first that succeeds is taken and the others are given up; it fails once all that have begun failed.
 */
import type { Clock } from '../../core/ports.ts';

export interface Staggering<T> {
  readonly clock: Pick<Clock, 'after'>;
  /** Before each attempt after the first. */
  readonly pausesMs: readonly number[];
  /** Ends them all. */
  readonly signal: AbortSignal;
  /** Takes what an attempt still came to, which was given up. */
  drop(late: T): void;
}

/** Each attempt has a signal of its own, which does not fire once that attempt was taken. */
export function staggered<T>(attempt: (signal: AbortSignal) => Promise<T>, options: Staggering<T>): Promise<T> {
  const { clock, pausesMs, signal } = options;
  return new Promise((resolve, reject) => {
    const running = new Set<AbortController>();
    let cancel = (): void => {};
    let isOver = false;
    const giveUp = (): void => {
      for (const each of running) each.abort(signal.reason);
    };
    const end = (): void => {
      isOver = true;
      cancel();
      signal.removeEventListener('abort', giveUp);
    };
    const begin = (count: number): void => {
      const own = new AbortController();
      running.add(own);
      const pause = pausesMs[count];
      if (pause !== undefined) cancel = clock.after(pause, () => begin(count + 1));
      attempt(own.signal).then(
        (made) => {
          running.delete(own);
          if (isOver) return options.drop(made);
          end();
          giveUp();
          resolve(made);
        },
        (error) => {
          running.delete(own);
          if (isOver || running.size > 0) return;
          end();
          reject(error);
        },
      );
    };
    signal.addEventListener('abort', giveUp);
    begin(0);
  });
}

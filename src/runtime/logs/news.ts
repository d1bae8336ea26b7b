/** Wakes those that wait for entries: importers and the own log tell, live iterators wait. */
import type { AbortSignalLike } from '../../core/ports.ts';

export function createNews() {
  const waiting = new Set<() => void>();
  let closed = false;
  const listeners = new Set<() => void>();
  const wake = (): void => {
    for (const listener of listeners) listener();
    for (const resolve of [...waiting]) resolve();
    waiting.clear();
  };
  return {
    tell: wake,
    isClosed: () => closed,
    on(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close(): void {
      closed = true;
      wake();
    },
    /** Resolves at the next news, at the end, or when the signal fires. Ask before looking, so as to miss nothing. */
    next(signal?: AbortSignalLike): Promise<void> {
      if (closed || signal?.aborted === true) return Promise.resolve();
      return new Promise((resolve) => {
        const done = (): void => {
          waiting.delete(done);
          signal?.removeEventListener('abort', done);
          resolve();
        };
        waiting.add(done);
        signal?.addEventListener('abort', done);
      });
    },
  };
}

export type News = ReturnType<typeof createNews>;

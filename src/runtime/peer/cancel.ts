/** What ends a piece of work early: an AbortSignal's shape without a platform's. */
import type { AbortSignalLike } from '../../core/ports.ts';

export interface Canceller {
  readonly signal: AbortSignalLike;
  /** What cancel was called with. */
  readonly reason: unknown;
  cancel(reason?: unknown): void;
}

/** Fires when cancelled or when `parent` does. */
export function createCanceller(parent?: AbortSignalLike): Canceller {
  const listeners = new Set<() => void>();
  let aborted = parent?.aborted ?? false;
  let reason: unknown;
  const cancel = (why?: unknown) => {
    if (aborted) return;
    aborted = true;
    reason = why;
    parent?.removeEventListener('abort', onParent);
    for (const listener of [...listeners]) listener();
    listeners.clear();
  };
  const onParent = () => cancel();
  parent?.addEventListener('abort', onParent);
  return {
    cancel,
    get reason() {
      return reason;
    },
    signal: {
      get aborted() {
        return aborted;
      },
      addEventListener: (_type, listener) => void listeners.add(listener),
      removeEventListener: (_type, listener) => void listeners.delete(listener),
    },
  };
}

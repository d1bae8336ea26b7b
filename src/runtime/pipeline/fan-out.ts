/**
 * Stage fan out: tells local subscribers what was stored. A subscriber that throws harms nobody else; one that is
 * slow keeps its own bounded queue.
 */
import type { Placed } from '../../core/ports.ts';

export interface FanOut {
  subscribe(prefix: string, listener: (placed: Placed) => void): () => void;
  publish(placed: Placed): void;
}

export function createFanOut(onError: (error: unknown) => void): FanOut {
  const listeners = new Map<symbol, { prefix: string; listener: (placed: Placed) => void }>();
  return {
    subscribe(prefix, listener) {
      const key = Symbol(prefix);
      listeners.set(key, { prefix, listener });
      return () => void listeners.delete(key);
    },
    publish(placed) {
      for (const { prefix, listener } of listeners.values()) {
        if (!placed.scope.startsWith(prefix)) continue;
        try {
          listener(placed);
        } catch (error) {
          onError(error);
        }
      }
    },
  };
}

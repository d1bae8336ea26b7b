/** The store with its commits timed. */
import type { Store } from '../core/ports.ts';
import type { Histogram } from './metrics.ts';

export function timed(store: Store, histogram: Histogram): Store {
  return {
    ...store,
    async commit(batch) {
      const began = performance.now();
      try {
        return await store.commit(batch);
      } finally {
        histogram.observe(performance.now() - began);
      }
    },
  };
}

/** The store with its commits timed, and checking with each check timed. */
import type { Store, Verifier } from '../core/ports.ts';
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

export function timedVerify(verify: Verifier['verify'], histogram: Histogram): Verifier['verify'] {
  return async (key, signature, message) => {
    const began = performance.now();
    try {
      return await verify(key, signature, message);
    } finally {
      histogram.observe(performance.now() - began);
    }
  };
}

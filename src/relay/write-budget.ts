/**
 * A bound on all answers that are being read by callers. A large answer to a reader that never reads stays in
 * memory until the connection times out; when too many do, further large ones are refused for a while.
 */
import type { ServerResponse } from 'node:http';
import { refuse } from './errors.ts';

export interface WriteBudget {
  /** Counts the bytes until the response is through; throws a refusal where too much is on its way already. */
  take(response: ServerResponse, bytes: number): void;
}

const FREE_BYTES = 16_384;

export function createWriteBudget(most = 128 << 20): WriteBudget {
  let held = 0;
  return {
    take(response, bytes) {
      if (bytes <= FREE_BYTES) return;
      if (held + bytes > most) refuse(503, 'too many large answers are on their way', {}, 5);
      held += bytes;
      let released = false;
      const release = (): void => {
        if (!released) held -= bytes;
        released = true;
      };
      response.once('close', release);
      response.once('finish', release);
    },
  };
}

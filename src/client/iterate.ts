/** Turns calls of a handler into an async iteration, with a bound on what waits for a slow reader. */
import { UsageError } from '../core/errors.ts';

const MOST_WAITING = 10_000;

/**
 * `start` begins the calls and returns what ends them; it may call `onEnd` when nothing more comes. The calls begin
 * with iterate(), not with the first next(), so nothing between the two is missed.
 */
export function iterate<T>(
  start: (handler: (value: T) => void, onEnd: () => void) => () => void,
): AsyncGenerator<T, undefined, undefined> {
  const waiting: T[] = [];
  let ended = false;
  let overflowed = false;
  let wake = () => {};
  const stop = start(
    (value) => {
      if (waiting.length < MOST_WAITING) waiting.push(value);
      else overflowed = true;
      wake();
    },
    () => {
      ended = true;
      wake();
    },
  );
  async function* values(): AsyncGenerator<T, undefined, undefined> {
    try {
      for (;;) {
        for (let value = waiting.shift(); value !== undefined; value = waiting.shift()) yield value;
        if (overflowed) throw new UsageError(`Cannot keep up: more than ${MOST_WAITING} messages waited to be read`);
        if (ended) return undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      stop();
    }
  }
  const generator = values();
  const leave = generator.return.bind(generator);
  // A generator that never started skips its finally block.
  generator.return = (value) => {
    stop();
    return leave(value);
  };
  return generator;
}

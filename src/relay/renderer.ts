/**
 * Each message rendered once for all who get it now. What was rendered a moment ago is kept for the answer to its
 * post, in a bounded number of small texts.
 */
import { toHex } from '../core/bytes.ts';
import type { Placed } from '../core/ports.ts';
import { boundedMap } from '../runtime/bounded-map.ts';
import type { Log } from './logs.ts';
import { renderPlaced } from './render.ts';

const KEPT = 256;
const KEPT_UNITS = 32_768;

export function createRenderer(log: Log): (placed: Placed) => string | undefined {
  const kept = boundedMap<Placed, string>(KEPT);
  return (placed) => {
    const before = kept.get(placed);
    if (before !== undefined) return before;
    try {
      const json = renderPlaced(placed);
      if (json.length <= KEPT_UNITS) kept.set(placed, json);
      return json;
    } catch (error) {
      log.warn({ err: error, id: toHex(placed.id) }, 'Cannot show a stored message');
      return undefined;
    }
  };
}

/** Takes out of a set what has ended, so that one through which much passes stays as small as what it holds. */
import type { Item } from '../../../core/sync/item.ts';
import type { ItemSet } from '../../../core/sync/item-set.ts';

export interface Expiring {
  /** It is in the set and ends then, in milliseconds since 1970; 0: never. */
  add(item: Item, expires: number): void;
  tidy(): void;
}

const LEAST = 256;

export function createExpiring(set: Pick<ItemSet, 'delete'>, now: () => number): Expiring {
  let ends: { readonly item: Item; readonly expires: number }[] = [];
  let most = LEAST;
  const tidy = (): void => {
    const at = now();
    for (const { item, expires } of ends) if (expires <= at) set.delete(item);
    ends = ends.filter(({ expires }) => expires > at);
    // Each is looked at as often as their number doubles, and no more.
    most = Math.max(LEAST, 2 * ends.length);
  };
  return {
    add(item, expires) {
      if (expires === 0) return;
      ends.push({ item, expires });
      if (ends.length >= most) tidy();
    },
    tidy,
  };
}

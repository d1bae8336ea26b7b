/** What others admitted and a pack brought here: it is theirs to pack. */
import { toHex } from '../../core/bytes.ts';
import type { Placed, StoreOp } from '../../core/ports.ts';

export const CARRIED = 'carried';

export const carriedKey = ({ scope, id }: Pick<Placed, 'scope' | 'id'>): string => `${scope}/${toHex(id)}`;

/** Committed together with the placement. */
export const carriedOp = (place: Pick<Placed, 'scope' | 'id'>): StoreOp => ({
  ...{ op: 'put', space: CARRIED, key: carriedKey(place), value: '' },
});

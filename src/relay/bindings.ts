/**
 * Whose a dot1 is on this relay. One that derives from a key belongs to that key, whoever used it first; any other
 * belongs to the first key that signed with it here. Asked only after the signature was checked.
 */
import { hash } from 'node:crypto';
import { fromHex } from '../core/bytes.ts';
import { derivable } from '../core/identity/spelling.ts';
import type { Sha256, Store, StoreOp } from '../core/ports.ts';
import { boundedMap } from '../runtime/bounded-map.ts';

export interface Bindings {
  /** The operations that make a new binding durable, or undefined where the dot1 is another key's. */
  bind(dot1: string, key: string): Promise<readonly StoreOp[] | undefined>;
}

const SPACE = 'dot1';
const REMEMBERED = 20_000;
const sha256: Sha256 = (bytes) => hash('sha256', bytes, 'buffer');

export function createBindings(store: Store): Bindings {
  const holders = boundedMap<string, { key: string; durable: boolean }>(REMEMBERED);

  const holderOf = async (dot1: string) => {
    const known = holders.get(dot1);
    if (known !== undefined) return known;
    const key = await store.record(SPACE, dot1);
    // Two may have asked meanwhile: whoever was first stays.
    return holders.get(dot1) ?? (key === undefined ? undefined : { key, durable: true });
  };

  return {
    async bind(dot1, key) {
      const holder = await holderOf(dot1);
      if (holder?.key === key && holder.durable) return [];
      const derived = isDerived(dot1, key);
      if (holder !== undefined && holder.key !== key && !derived) return undefined;
      // Written twice, so that one failed commit does not lose it.
      holders.set(dot1, { key, durable: holder?.key === key });
      return [{ op: 'put', space: SPACE, key: dot1, value: key, ifAbsent: !derived }];
    },
  };
}

function isDerived(dot1: string, key: string): boolean {
  const bytes = fromHex(key, 32);
  return bytes !== undefined && derivable(sha256, dot1, bytes);
}

/** Who has a name, and which names need a mark beside them, because two keys bear what looks like one name. Pure. */
import type { Peer } from '../runtime/api.ts';
import { fold } from './display.ts';

interface Named {
  readonly key: string | undefined;
  readonly name: string;
}

/** The folded names that more than one key bears. */
export function sharedNames(...groups: readonly (readonly Named[])[]): ReadonlySet<string> {
  const bearers = new Map<string, string>();
  const shared = new Set<string>();
  for (const { key = '', name } of groups.flat()) {
    const folded = fold(name);
    const first = bearers.get(folded);
    if (first === undefined) bearers.set(folded, key);
    else if (first !== key) shared.add(folded);
  }
  return shared;
}

export const isShared = (shared: ReadonlySet<string>, name: string): boolean => shared.has(fold(name));

/** Until a name is set, the identity is called by its dot1 or nothing. */
export const isNamed = ({ identity }: Pick<Peer, 'identity'>): boolean =>
  identity.name !== '' && identity.name !== identity.dot1;

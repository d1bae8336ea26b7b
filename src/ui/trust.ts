/** What is worth telling about the keys of those who can read: changes, and one name on two keys. Pure. */
import type { KnownPerson, Member } from '../runtime/api.ts';
import { fold } from './display.ts';

export type Concern =
  /** They are sealed to under another key than the one that was known. */
  | { readonly kind: 'new-key'; readonly person: KnownPerson }
  /** Somebody new bears the name of somebody known. */
  | { readonly kind: 'same-name'; readonly person: KnownPerson; readonly other: KnownPerson };

/** About members of the open channel alone; what was acknowledged is told no more. */
export function concerns(people: readonly KnownPerson[], members: readonly Member[]): Concern[] {
  const present = new Set(members.map(({ key }) => key));
  const first = new Map<string, KnownPerson>();
  const found: Concern[] = [];
  for (const person of people.toSorted(byStanding)) {
    const name = fold(person.name);
    const other = first.get(name);
    if (other === undefined && name !== '') first.set(name, person);
    if (!present.has(person.key) || person.self) continue;
    if (person.keyChanged) found.unshift({ kind: 'new-key', person });
    else if (other !== undefined && !person.acknowledged) found.push({ kind: 'same-name', person, other });
  }
  return found;
}

/** Oneself first, then who was verified, then who was met first: each is who the name belongs to. */
function byStanding(a: KnownPerson, b: KnownPerson): number {
  const rank = ({ self, verified }: KnownPerson): number => (self ? 0 : verified ? 1 : 2);
  return rank(a) - rank(b) || a.since.getTime() - b.since.getTime();
}

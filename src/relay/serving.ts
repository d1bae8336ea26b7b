/** Which sets a relay takes and gives: what it serves, as far as another wants it. */
import { NOTHING_WANTED, type Wants, wantsLogs } from '../core/sync/session/wants.ts';
import { SERVICES, type Service } from './peer-policy.ts';

export const setsOf = (serves: readonly Service[]): string[] => serves.flatMap((each) => SERVICES[each]);

/** What is left of another's wants. */
export function servedOf(wants: Wants, serves: readonly Service[]): Wants {
  const served = setsOf(serves);
  const sets = new Set(wants.sets.flatMap((wanted) => served.flatMap((set) => overlap(wanted, set))));
  const authors = serves.includes('logs') && wantsLogs(wants) ? wants.authors : NOTHING_WANTED.authors;
  return { sets: [...sets], authors };
}

/** Of two names or beginnings of names, what is in both. */
function overlap(a: string, b: string): string[] {
  const [shorter, longer] = beginning(a).length <= beginning(b).length ? [a, b] : [b, a];
  if (shorter === longer) return [shorter];
  return shorter.endsWith('*') && beginning(longer).startsWith(beginning(shorter)) ? [longer] : [];
}

const beginning = (set: string): string => (set.endsWith('*') ? set.slice(0, -1) : set);

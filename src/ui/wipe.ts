/**
 * Log-out: everything of a person goes from this browser. What is under way is noted first and the note goes last, so
 * that a wipe which was interrupted is finished by the next visit, before anything is opened.
 */
import { isOwnerMark, isSharedPerson, type Person, type PersonWorld, sweepTabs } from './person.ts';

export interface WipeWorld extends Pick<PersonWorld, 'locks' | 'databases' | 'now'> {
  readonly local: PersonWorld['local'] & { keys(): string[] };
  readonly session: { clear(): void };
  /** Whatever the browser keeps for the page besides. */
  readonly caches: { list(): Promise<string[]>; delete(name: string): Promise<unknown> };
}

/** Rejects where a database cannot be deleted; the note then stays. */
export async function wipe(person: Person, world: WipeWorld): Promise<void> {
  const { local, session, caches } = world;
  local.setItem(noteOf(person), 'begun');
  await deleteDatabases(person, world);
  if (isSharedPerson(person)) {
    await sweepTabs(world, 0);
    for (const name of await caches.list()) await caches.delete(name);
    // Tabs that are other persons go on, and need their marks.
    for (const key of local.keys()) if (!isOwnerMark(key)) local.removeItem(key);
  }
  local.removeItem(person.databaseName);
  session.clear();
  local.removeItem(noteOf(person));
}

export const wasInterrupted = (person: Person, { local }: Pick<WipeWorld, 'local'>): boolean =>
  local.getItem(noteOf(person)) !== null;

/** All of one person, and nothing of the others. */
export async function deleteDatabases(person: Person, { databases }: Pick<WipeWorld, 'databases'>): Promise<void> {
  const found = (await databases.list()).filter((name) => name.startsWith(`${person.databaseName}-`));
  const own = isSharedPerson(person) ? found.filter((name) => !isOwnerMark(name)) : found;
  // The keys first: without them the rest cannot be read.
  for (const name of own.toSorted((a, b) => Number(isKeys(b)) - Number(isKeys(a)))) await databases.delete(name);
}

const isKeys = (name: string): boolean => name.endsWith('-keys');
const noteOf = ({ databaseName }: Person): string => `pipes-leaving:${databaseName}`;

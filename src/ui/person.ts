/**
 * Which identity a tab uses. A browser has one, in the database `pipes`, for all its tabs. A tab opened with
 * `?person=new` is another person for trying out: its identity lives in a database of its own, survives a reload of
 * that tab, and goes once the tab is gone.
 *
 * A Web Lock, held as long as the tab lives, says whose database is in use. A tab that was duplicated finds the lock
 * taken and becomes a further person. What no tab holds and none left within the last hour is deleted by the next
 * visit; the hour is for a tab that reloads while its relay is away.
 */
export interface Person {
  readonly databaseName: string;
  /** True where this identity is the tab's alone. */
  readonly ofTab: boolean;
}

export interface PersonWorld {
  /** The query of the page's address, such as `?person=new`. */
  readonly search: string;
  readonly session: Pick<Storage, 'getItem' | 'setItem'>;
  readonly local: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  readonly locks: TabLocks;
  readonly databases: { list(): Promise<string[]>; delete(name: string): Promise<void> };
  now(): number;
  /** A few random hex characters. */
  random(): string;
}

export interface TabLocks {
  /** Holds the name until the tab ends; false where another tab keeps it. */
  hold(name: string): Promise<boolean>;
  /** Runs the task only if nobody holds the name, and keeps others from taking it meanwhile. */
  whenFree(name: string, task: () => Promise<void>): Promise<void>;
}

const SHARED = 'pipes';
const MARK = 'pipes-person';
const TAB_DATABASE = /^pipes-tab-[0-9a-f]{16}/;
const GRACE_MS = 60 * 60_000;

export const isSharedPerson = ({ databaseName }: Person): boolean => databaseName === SHARED;

/** Whether a database or a kept value belongs to a tab that is a person of its own. */
export const isOwnerMark = (name: string): boolean => TAB_DATABASE.test(name);

/** The query that asks for one. */
export const NEW_PERSON = '?person=new';

export const asksForNewPerson = (search: string): boolean => new URLSearchParams(search).get('person') === 'new';

/** The address without `person`, so that a copied link does not make further persons. */
export function withoutPerson(address: string): string {
  const url = new URL(address);
  url.searchParams.delete('person');
  return url.href;
}

export async function choosePerson(world: PersonWorld): Promise<Person> {
  const marked = world.session.getItem(MARK);
  const known = marked !== null && TAB_DATABASE.test(marked) && !asksForNewPerson(world.search);
  if (known && (await world.locks.hold(marked))) return ofTab(world, marked);
  if (!known && !asksForNewPerson(world.search)) return { databaseName: SHARED, ofTab: false };
  const name = `pipes-tab-${world.random()}`;
  await world.locks.hold(name);
  return ofTab(world, name);
}

/** Called when the tab is left: its hour of grace begins. */
export function leavePerson(person: Person, world: Pick<PersonWorld, 'local' | 'now'>): void {
  if (person.ofTab) world.local.setItem(person.databaseName, String(world.now()));
}

/** Deletes what tabs that are gone left behind. */
export const cleanUp = (world: TabsWorld): Promise<void> => sweepTabs(world, GRACE_MS);

type TabsWorld = Pick<PersonWorld, 'local' | 'locks' | 'databases' | 'now'>;

/** The same, where the tabs were left so long ago. */
export async function sweepTabs(world: TabsWorld, graceMs: number): Promise<void> {
  const found = await world.databases.list();
  const owners = new Set(found.flatMap((name) => TAB_DATABASE.exec(name)?.[0] ?? []));
  for (const owner of owners) {
    if (world.now() - Number(world.local.getItem(owner) ?? 0) < graceMs) continue;
    await world.locks.whenFree(owner, async () => {
      for (const name of found) if (name.startsWith(owner)) await world.databases.delete(name);
      world.local.removeItem(owner);
    });
  }
}

function ofTab(world: PersonWorld, databaseName: string): Person {
  world.session.setItem(MARK, databaseName);
  world.local.setItem(databaseName, String(world.now()));
  return { databaseName, ofTab: true };
}

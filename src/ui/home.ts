/**
 * The place of a person's identity in this browser: found, made, restored from its seed, wiped. One of a browser's
 * tabs does so at a time, and the others are told, so that none opens what another is just deleting.
 */
import { wordsFromSeed } from '../core/identity/words.ts';
import type { Peer } from '../runtime/api.ts';
import { isNamed } from './names.ts';
import { isSharedPerson, type Person } from './person.ts';
import { deleteDatabases, type WipeWorld, wasInterrupted, wipe } from './wipe.ts';

/** arrived: another tab has come in with an identity made or restored; leaving: it is being wiped. */
export type HomeNews = 'arrived' | 'leaving';

export interface Home {
  /** The identity that is here, opened; undefined where there is none. Waits for a wipe and ends an interrupted one. */
  find(): Promise<Peer | undefined>;
  /** Makes an identity, or opens the one that another tab has just made. */
  create(): Promise<Peer>;
  /** Lets in the tabs that wait at the welcome: call it once the identity has its name, or they would ask for one. */
  tellArrived(): void;
  /** Brings back the identity of this seed; an unused one that was here makes room. */
  restore(seed: Uint8Array): Promise<Peer>;
  /** The 24 words; undefined once they were confirmed. */
  recoveryWords(): Promise<readonly string[] | undefined>;
  /** From now on nothing here can show the words. */
  confirmWords(): Promise<void>;
  /** Deletes everything of this person from the browser. */
  wipe(): Promise<void>;
  /** Lets go of what is open, since another tab deletes it. */
  close(): Promise<void>;
  /** Told of what other tabs did. */
  watch(listener: (news: HomeNews) => void): void;
}

export interface HomeParts {
  person(): Promise<Person>;
  openPeer(databaseName: string): Promise<Peer>;
  readonly keys: {
    /** Asking makes nothing. */
    has(databaseName: string): Promise<boolean>;
    importRoot(databaseName: string, root: Uint8Array): Promise<unknown>;
    root(databaseName: string): Promise<Uint8Array | undefined>;
    forgetRoot(databaseName: string): Promise<void>;
  };
  readonly world: WipeWorld;
  /** Runs the task with others that only open, or alone. */
  locked<T>(name: string, mode: 'shared' | 'exclusive', task: () => Promise<T>): Promise<T>;
  /** Between the tabs of one person. */
  tabs(name: string): { tell(news: HomeNews): void; on(listener: (news: HomeNews) => void): void };
}

export function createHome({ person, openPeer, keys, world, locked, tabs }: HomeParts): Home {
  let peer: Peer | undefined;
  let line: ReturnType<HomeParts['tabs']> | undefined;
  const listeners = new Set<(news: HomeNews) => void>();

  async function here(): Promise<Person> {
    const chosen = await person();
    if (line === undefined) {
      line = tabs(chosen.databaseName);
      line.on((news) => {
        for (const listener of listeners) listener(news);
      });
    }
    return chosen;
  }
  const inTurn = async <T>(mode: 'shared' | 'exclusive', task: (person: Person) => Promise<T>): Promise<T> => {
    const chosen = await here();
    return locked(`${chosen.databaseName}/home`, mode, () => task(chosen));
  };
  const openHere = async ({ databaseName }: Person): Promise<Peer> => {
    peer ??= await openPeer(databaseName);
    return peer;
  };
  const closePeer = async (): Promise<void> => {
    await peer?.close();
    peer = undefined;
  };
  const finish = (): Promise<void> =>
    inTurn('exclusive', async (chosen) => {
      if (wasInterrupted(chosen, world)) await wipe(chosen, world);
    });

  /** An identity without a name was never used; one that another tab has made since stays, and stands against it. */
  const makeRoom = async (chosen: Person): Promise<void> => {
    const unused = peer !== undefined && !isNamed(peer);
    if (!unused && (await keys.has(chosen.databaseName))) return;
    await closePeer();
    await deleteDatabases(chosen, world);
  };

  /** A tab's person ends with the tab: there is nothing to come back to. */
  const rootOf = async (chosen: Person): Promise<Uint8Array | undefined> =>
    isSharedPerson(chosen) && (await keys.has(chosen.databaseName)) ? keys.root(chosen.databaseName) : undefined;

  return {
    async find() {
      if (wasInterrupted(await here(), world)) await finish();
      return inTurn('shared', async (chosen) => ((await keys.has(chosen.databaseName)) ? openHere(chosen) : undefined));
    },
    create: () => inTurn('shared', openHere),
    tellArrived: () => line?.tell('arrived'),
    async restore(seed) {
      const restored = await inTurn('exclusive', async (chosen) => {
        await makeRoom(chosen);
        await keys.importRoot(chosen.databaseName, seed);
        // Whoever just typed the words has them.
        await keys.forgetRoot(chosen.databaseName);
        return openHere(chosen);
      });
      line?.tell('arrived');
      return restored;
    },
    async recoveryWords() {
      const root = await inTurn('shared', rootOf);
      if (root === undefined) return undefined;
      const found = wordsFromSeed(root);
      root.fill(0);
      return found;
    },
    confirmWords: () => inTurn('shared', ({ databaseName }) => keys.forgetRoot(databaseName)),
    wipe: () =>
      inTurn('exclusive', async (chosen) => {
        line?.tell('leaving');
        await closePeer();
        await wipe(chosen, world);
      }),
    close: closePeer,
    watch: (listener) => void listeners.add(listener),
  };
}

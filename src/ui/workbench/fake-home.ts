/** A made-up home for the workbench and tests: an identity that is there or not, words that are confirmed or not. */
import type { Home } from '../home.ts';
import { createFakePeer, type FakeOptions, type FakePeer } from './fake.ts';

export interface FakeHomeOptions extends FakeOptions {
  /** Whether an identity is here from the start. */
  present?: boolean;
  /** Whether its words were confirmed. */
  confirmed?: boolean;
  /** What opening it says instead. */
  failure?: string;
}

export interface FakeHome extends Home {
  readonly peer: FakePeer;
  /** How often it was opened. */
  readonly opened: number;
  /** The next thing that is asked for fails so. */
  failNext(reason: string): void;
}

export const SOME_WORDS: readonly string[] =
  'abandon math mimic master filter design carbon crystal rookie group knife wrap absurd much snack melt grid rough chapter fever rubber humble room trophy'.split(
    ' ',
  );

export function createFakeHome(options: FakeHomeOptions = {}): FakeHome {
  const peer = createFakePeer(options);
  let present = options.present ?? false;
  let confirmed = options.confirmed ?? false;
  let opened = 0;
  let failure = options.failure;
  const open = async (): Promise<FakePeer> => {
    const reason = failure;
    failure = undefined;
    if (reason !== undefined) throw new Error(reason);
    present = true;
    opened++;
    return peer;
  };
  return {
    peer,
    get opened() {
      return opened;
    },
    find: async () => (present || failure !== undefined ? open() : undefined),
    create: open,
    restore: open,
    recoveryWords: async () => (confirmed ? undefined : SOME_WORDS),
    async confirmWords() {
      confirmed = true;
    },
    async wipe() {
      await open();
      present = false;
    },
    watch: () => undefined,
    failNext(reason) {
      failure = reason;
    },
  };
}

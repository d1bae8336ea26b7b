/** A made-up home for the workbench and tests: an identity that is there or not, words that are confirmed or not. */
import type { Home } from '../home.ts';
import { isNamed } from '../names.ts';
import { createFakePeer, type FakeOptions, type FakePeer } from './fake.ts';

/** enter: to make or restore an identity. */
type Asked = 'enter' | 'words' | 'wipe';

export interface HomeState {
  /** Whether an identity is here from the start. */
  present?: boolean;
  /** Whether its words were confirmed. */
  confirmed?: boolean;
  /** What never answers, or always fails. */
  hangs?: Asked;
  fails?: Asked;
}

export type FakeHomeOptions = FakeOptions & HomeState;

export interface FakeHome extends Home {
  /** How often it was opened. */
  opened(): number;
  /** What identity other tabs were told of. */
  readonly told: readonly ('named' | 'unnamed')[];
  /** The next thing that is asked for fails so. */
  failNext(reason: string): void;
}

export const SOME_WORDS: readonly string[] =
  'abandon math mimic master filter design carbon crystal rookie group knife wrap absurd much snack melt grid rough chapter fever rubber humble room trophy'.split(
    ' ',
  );

export function createFakeHome(options: FakeHomeOptions = {}): FakeHome & { readonly peer: FakePeer } {
  const peer = createFakePeer(options);
  return Object.assign(
    homeAround(async () => peer, options),
    { peer },
  );
}

/** A home whose identity is opened so. */
export function homeAround(make: () => Promise<FakePeer>, state: HomeState = {}): FakeHome {
  let { present = false, confirmed = false } = state;
  let opened = 0;
  let failure: string | undefined;
  let latest: FakePeer | undefined;
  const told: ('named' | 'unnamed')[] = [];
  const named = (): boolean => latest !== undefined && isNamed(latest);
  const open = async (): Promise<FakePeer> => {
    const reason = failure;
    failure = undefined;
    if (reason !== undefined) throw new Error(reason);
    const peer = await make();
    latest = peer;
    present = true;
    opened++;
    return peer;
  };
  const asked = async (what: Asked): Promise<void> => {
    if (state.hangs === what) await new Promise(() => {});
    if (state.fails === what) throw new Error('Cannot use the browser’s storage: another tab still uses it');
  };
  const enter = async (): Promise<FakePeer> => {
    await asked('enter');
    return open();
  };
  return {
    told,
    opened: () => opened,
    find: async () => (present || failure !== undefined ? open() : undefined),
    create: enter,
    tellArrived: () => void told.push(named() ? 'named' : 'unnamed'),
    restore: enter,
    async recoveryWords() {
      await asked('words');
      return confirmed ? undefined : SOME_WORDS;
    },
    async confirmWords() {
      confirmed = true;
    },
    async wipe() {
      await open();
      await asked('wipe');
      present = false;
    },
    close: async () => undefined,
    watch: () => undefined,
    failNext(reason) {
      failure = reason;
    },
  };
}

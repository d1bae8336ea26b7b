/**
 * This peer's own identity as others see it: its signed profile (name, joined channels, growing version) and when it
 * joined what. Kept in the records of space "own", so that all tabs and restarts share it.
 */
import { toHex } from '../../core/bytes.ts';
import { UsageError } from '../../core/errors.ts';
import { dot1Of } from '../../core/identity/spelling.ts';
import type { StoreOp } from '../../core/ports.ts';
import { isProfileName, type Profile, profileToJson, type SignedProfile } from '../../core/profile.ts';
import { LIMITS } from '../../core/registry.ts';
import { isChannelName } from '../../core/scope.ts';
import { signProfile } from '../profiles.ts';
import { bringTogether, SILENCE, type Word } from './own-word.ts';
import type { PeerPorts } from './ports.ts';

interface State {
  readonly name: string;
  /** When each channel was joined, ms. */
  readonly joined: Readonly<Record<string, number>>;
  readonly version: number;
  readonly agent: boolean;
  /** The signed profile as it goes over the wire; absent until there is something to say. */
  readonly profile?: unknown;
  /** The version that the relay has taken. */
  readonly published: number;
  /** The latest word that is out: it was published, or taken over from another device. */
  readonly base: Word;
  /** Signatures of the latest words that were said here, by which they are known again. */
  readonly mine?: readonly string[];
}

export interface Self {
  readonly key: string;
  readonly dot1: string;
  readonly agreementKey: string;
  state(): State;
  setName(name: string): Promise<void>;
  setAgent(agent: boolean): Promise<void>;
  /** Whether anything changed. */
  join(channel: string): Promise<boolean>;
  leave(channel: string): Promise<boolean>;
  /** Goes on from what this identity said elsewhere. False where it has said something here. */
  adopt(profile: Profile): Promise<boolean>;
  /**
   * This identity has said something elsewhere, on another device, that was not known here: it counts, and what was
   * changed here and has reached nobody yet comes on top. Whether it was news.
   */
  follow(profile: SignedProfile): Promise<boolean>;
  /** The relay has taken what `said` was the state of. */
  markPublished(said: Pick<State, 'version' | 'name' | 'joined'>): Promise<void>;
  reload(): Promise<void>;
}

const NEW: State = { name: '', joined: {}, version: 0, agent: false, published: 0, base: SILENCE };

export async function createSelf(ports: PeerPorts): Promise<Self> {
  const key = toHex(ports.signer.key);
  const dot1 = dot1Of(ports.sha256, ports.signer.key);
  let state = NEW;
  let last: Promise<unknown> = Promise.resolve();

  /** One read or change at a time, or a slow read would bring back what a change has just replaced. */
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const result = last.then(task, task);
    last = result.catch(() => {});
    return result;
  };
  const read = async () => {
    const saved = await ports.store.record(SPACE, 'self');
    const published = Number((await ports.store.record(SPACE, 'published')) ?? 0);
    const base = await ports.store.record(SPACE, 'base');
    const known = base === undefined ? { ...SILENCE, version: published } : (JSON.parse(base) as Word);
    state = saved === undefined ? NEW : { ...(JSON.parse(saved) as State), published, base: known };
  };
  const save = async ({ base, ...next }: State) => {
    const batch = [put('self', JSON.stringify(next))];
    if (base !== state.base) batch.push(put('base', JSON.stringify(base)));
    await ports.store.commit(batch);
    state = { ...next, base };
    ports.changes?.announce({ kind: 'self' });
  };
  /** Each change starts from the state on disk: another tab may have changed it. */
  const change = (next: (before: State) => State | undefined): Promise<boolean> =>
    inTurn(async () => {
      await read();
      const wanted = next(state);
      if (wanted === undefined) return false;
      await save(await sign(ports, wanted));
      return true;
    });

  await read();
  return {
    ...{ key, dot1, agreementKey: toHex(ports.agreement.key), state: () => state, reload: () => inTurn(read) },
    async setName(name) {
      const wanted = checkName(name);
      await change((before) => (before.name === wanted ? undefined : { ...before, name: wanted }));
    },
    async setAgent(agent) {
      await change((before) => (before.agent === agent ? undefined : { ...before, agent }));
    },
    join: (channel) => change((before) => joinIn(before, checkChannel(channel), ports.clock.now())),
    leave: (channel) =>
      change((before) => {
        const { [channel]: since, ...joined } = before.joined;
        return since === undefined ? undefined : { ...before, joined };
      }),
    adopt: (profile) =>
      change((before) =>
        before.version > 0 ? undefined : { ...adopted(before, profile, ports.clock.now()), published: 0 },
      ),
    follow: (profile) =>
      inTurn(async () => {
        await read();
        const { base, version } = state;
        if (profile.version <= base.version || isOwnWord(state, profile)) return false;
        const theirs = adopted(state, profile, ports.clock.now());
        await save(
          version > base.version
            ? await sign(ports, together(state, theirs))
            : { ...theirs, profile: profileToJson(profile) },
        );
        return true;
      }),
    /** Records of their own, so that the tab that leads never overwrites what another tab changes meanwhile. */
    markPublished: (said) =>
      inTurn(async () => {
        const published = Math.max(said.version, state.published);
        const base = said.version > state.base.version ? wordOf(said) : state.base;
        await ports.store.commit([put('published', String(published)), put('base', JSON.stringify(base))]);
        state = { ...state, published, base };
      }),
  };
}

const SPACE = 'own';
const OWN_WORDS = 16;
const put = (key: string, value: string): StoreOp => ({ op: 'put', space: SPACE, key, value });

const wordOf = ({ version, name, joined }: Pick<State, 'version' | 'name' | 'joined'>): Word => ({
  ...{ version, name, channels: Object.keys(joined).sort() },
});

const isOwnWord = ({ mine = [] }: State, { signature }: SignedProfile): boolean => mine.includes(toHex(signature));

const joinIn = (before: State, channel: string, now: number): State | undefined => {
  if (channel in before.joined) return undefined;
  if (Object.keys(before.joined).length >= LIMITS.profileChannels) {
    throw new UsageError(
      `Cannot join ${channel}: expected at most ${LIMITS.profileChannels} channels; leave one first`,
    );
  }
  return { ...before, joined: { ...before.joined, [channel]: now } };
};

/** When a channel was joined elsewhere is not known; where it was joined here too, the time stays. */
const adopted = (state: State, { name, agent, channels, version }: Profile, now: number): State => ({
  ...{ ...state, name, agent, version, base: { version, name, channels } },
  joined: Object.fromEntries(channels.map((channel) => [channel, state.joined[channel] ?? now])),
});

/** At a version that is greater than either once it is signed. */
function together(ours: State, theirs: State): State {
  const { name, channels } = bringTogether(ours.base, wordOf(ours), wordOf(theirs));
  const since = { ...theirs.joined, ...ours.joined };
  return {
    ...theirs,
    ...{ name, version: Math.max(ours.version, theirs.version) },
    joined: Object.fromEntries(channels.map((channel) => [channel, since[channel] as number])),
  };
}

/** A version that grows even where an old state was restored: the time, or one more than before. */
async function sign(ports: PeerPorts, state: State): Promise<State> {
  const version = Math.max(state.version + 1, ports.clock.now());
  const profile = await signProfile(
    {
      ...{ key: ports.signer.key, agreementKey: ports.agreement.key, name: state.name, version, agent: state.agent },
      channels: Object.keys(state.joined).sort(),
    },
    ports.signer,
  );
  return { ...state, version, profile, mine: [...(state.mine ?? []), String(profile.sig)].slice(-OWN_WORDS) };
}

export function checkChannel(channel: string): string {
  if (isChannelName(channel)) return channel;
  throw new UsageError(`Cannot use channel ${JSON.stringify(channel)}: expected 1 to 32 of a-z, 0-9 and -`);
}

function checkName(name: string): string {
  const trimmed = name.trim();
  if (trimmed.length > 0 && isProfileName(trimmed)) return trimmed;
  throw new UsageError(
    `Cannot set name: expected 1 to ${LIMITS.profileNameUnits} characters, none of them control ones`,
  );
}

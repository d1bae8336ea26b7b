/**
 * Joins and leaves channels by publishing the client's signed profile (spec/06-profiles.md). A profile replaces the
 * one before it, so what the relay has of this key is read first: other channels, and a version to go beyond.
 */
import { equal } from '../core/bytes.ts';
import { RemoteError } from '../core/errors.ts';
import type { Profile } from '../core/profile.ts';
import { signProfile } from '../runtime/profiles.ts';
import type { SealingIdentity } from './identity.ts';
import type { ClientPorts } from './ports.ts';
import type { Readers } from './readers.ts';
import type { RelayApi } from './relay-api.ts';

export interface Membership {
  /** Publishes that the channel is joined; false where the relay knows no profiles. */
  join(channel: string, identity: SealingIdentity): Promise<boolean>;
  leave(channel: string, identity: SealingIdentity): Promise<boolean>;
  /** Joins unless this client has already, or has left on purpose. */
  ensure(channel: string, identity: SealingIdentity): Promise<void>;
}

const ATTEMPTS = 3;

export function createMembership(
  { api, ports, readers }: { api: RelayApi; ports: ClientPorts; readers: Readers },
  self: { name: string; agent: boolean; usual: readonly string[] },
): Membership {
  /** What was asked for last. */
  const wanted = new Map<string, boolean>();
  let current: Profile | undefined;
  let last: Promise<unknown> = Promise.resolve();

  async function change(channel: string, joined: boolean, identity: SealingIdentity): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      current = newest(current, await ownProfile(channel, identity));
      if (current?.channels.includes(channel) === joined && isCurrent(current, identity)) return true;
      const next = nextProfile(current, channel, joined, identity);
      const outcome = await publish(await signProfile(next, identity.signer));
      if (outcome === 'published') current = next;
      if (outcome !== 'outdated') return outcome === 'published';
      if (attempt === ATTEMPTS) throw new RemoteError('Cannot publish profile: another program uses this identity too');
      // The relay has a later version than it showed: go beyond it.
      current = { ...next, version: Math.max(next.version, ports.clock.now()) + attempt };
    }
  }

  const isCurrent = (profile: Profile, identity: SealingIdentity): boolean =>
    profile.name === self.name && profile.agent === self.agent && equal(profile.agreementKey, identity.agreement.key);

  async function ownProfile(channel: string, { signer }: SealingIdentity): Promise<Profile | undefined> {
    for (const name of new Set([channel, ...self.usual])) {
      const own = (await readers.profiles(name)).find((profile) => equal(profile.key, signer.key));
      if (own !== undefined) return own;
    }
    return undefined;
  }

  function nextProfile(
    before: Profile | undefined,
    channel: string,
    joined: boolean,
    { signer, agreement }: SealingIdentity,
  ): Profile {
    const others = (before?.channels ?? []).filter((name) => name !== channel);
    return {
      ...{ key: signer.key, agreementKey: agreement.key, name: self.name, agent: self.agent },
      version: Math.max((before?.version ?? 0) + 1, ports.clock.now()),
      channels: (joined ? [...others, channel] : others).sort(),
      ...(before?.extra && { extra: before.extra }),
    };
  }

  async function publish(profile: unknown): Promise<'published' | 'outdated' | 'unknown'> {
    try {
      await api.put('/profiles', profile);
      return 'published';
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      if (error.status === 409) return 'outdated';
      if (error.status === 404 || error.status === 405) return 'unknown';
      throw error;
    }
  }

  /** One change after the other, or two of them would take the same version. */
  const inTurn = (task: () => Promise<boolean>): Promise<boolean> => {
    const result = last.then(task, task);
    last = result.catch(() => {});
    return result;
  };

  const set = async (channel: string, joined: boolean, identity: SealingIdentity): Promise<boolean> => {
    const done = await inTurn(() => change(channel, joined, identity));
    wanted.set(channel, joined);
    return done;
  };

  return {
    join: (channel, identity) => set(channel, true, identity),
    leave: (channel, identity) => set(channel, false, identity),
    async ensure(channel, identity) {
      if (!wanted.has(channel)) await set(channel, true, identity);
    },
  };
}

function newest(a: Profile | undefined, b: Profile | undefined): Profile | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return b.version > a.version ? b : a;
}

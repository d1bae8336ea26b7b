/** The list of channels: those joined, those with messages here, and those that the relay lists. */
import type { Store } from '../../core/ports.ts';
import { CHANNEL_PREFIX } from '../../core/scope.ts';
import type { ChannelSummary } from '../api.ts';
import { asidesIn } from './asides.ts';
import type { RelayChannel } from './relay-client.ts';

const LISTED = 1000;

/** Latest activity first. Counts are the greater of what is here and what the relay says, less what is others'. */
export async function channelSummaries(
  store: Store,
  joined: Readonly<Record<string, number>>,
  listed: readonly RelayChannel[],
): Promise<ChannelSummary[]> {
  const here = await store.scopes(CHANNEL_PREFIX, LISTED);
  const own = here.map(({ scope, count, latest }) => ({ name: scope.slice(CHANNEL_PREFIX.length), count, latest }));
  const empty = Object.keys(joined).map((name) => ({ name, count: 0, latest: 0 }));
  const merged = new Map<string, RelayChannel>();
  for (const { name, count, latest } of [...own, ...listed, ...empty]) {
    const before = merged.get(name) ?? { count: 0, latest: 0 };
    merged.set(name, { name, count: Math.max(before.count, count), latest: Math.max(before.latest, latest) });
  }
  const sorted = [...merged.values()].sort((a, b) => b.latest - a.latest).map((channel) => summary(channel, joined));
  return Promise.all(sorted.map((channel) => (channel.joined ? withoutAsides(store, channel) : channel)));
}

async function withoutAsides(store: Store, channel: ChannelSummary): Promise<ChannelSummary> {
  return { ...channel, count: Math.max(0, channel.count - (await asidesIn(store, channel.name))) };
}

const summary = ({ name, count, latest }: RelayChannel, joined: Readonly<Record<string, number>>): ChannelSummary => ({
  ...{ name, count, joined: Object.hasOwn(joined, name) },
  latest: latest === 0 ? undefined : new Date(latest),
});

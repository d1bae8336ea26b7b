/** What a peer wants of others, over streams and on sticks: channels, its own mailbox, profiles, forks and logs. */
import { fromHex } from '../../core/bytes.ts';
import { channelScope, mailboxScope } from '../../core/scope.ts';
import { CERTIFICATES, FORKS, LOGS, PROFILES, type Wants } from '../../core/sync/session/wants.ts';
import type { Share } from '../api-network.ts';
import type { LogsOfPeer } from '../logs/logs.ts';

/** With the sets, no more than one message of wants may name. */
const MOST_AUTHORS = 900;

/** Names of the scopes of envelopes, or how they begin. */
export function scopesWanted({ channels }: Share, dot1: string): readonly string[] {
  return [...(channels === undefined ? ['channel:*'] : channels.map(channelScope)), mailboxScope(dot1)];
}

export async function wantsOf(share: Share, dot1: string, logs: LogsOfPeer): Promise<Wants> {
  const sets = [...scopesWanted(share, dot1), PROFILES, FORKS];
  if (share.logs === 'certificates') return { sets: [...sets, CERTIFICATES], authors: [] };
  if (share.logs === 'none') return { sets, authors: [] };
  if (share.logs !== 'followed') return { sets: [...sets, LOGS], authors: [] };
  const followed = await logs.followed(share.distance ?? 1);
  const keys = [...followed, logs.ownLog.author].slice(-MOST_AUTHORS);
  return { sets: [...sets, CERTIFICATES], authors: keys.flatMap((key) => fromHex(key, 32) ?? []) };
}

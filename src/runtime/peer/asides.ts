/**
 * Counts, for each channel, the messages that are sealed to others and so are no news to this identity. Each is a record
 * committed with its placement: the count is right after a crash, and the same in all tabs.
 */
import { toHex } from '../../core/bytes.ts';
import { fromEnvelope } from '../../core/envelope/piper.ts';
import type { Store, StoreOp } from '../../core/ports.ts';
import { FORMATS } from '../../core/registry.ts';
import { CHANNEL_PREFIX, channelScope } from '../../core/scope.ts';
import type { Candidate } from '../pipeline/types.ts';

const spaceOf = (scope: string): string => `not-for-me:${scope}`;

/** What to commit with a placement. */
export function asideOps(candidate: Candidate, dot1: string): StoreOp[] {
  const { scope, envelope, id } = candidate;
  if (envelope.format !== FORMATS['piper/1.2'] || !scope.startsWith(CHANNEL_PREFIX)) return [];
  const message = fromEnvelope(envelope);
  const isMine = message.version !== '1.2' || message.wraps.some((wrap) => wrap.recipient_dot1 === dot1);
  return isMine ? [] : [{ op: 'put', space: spaceOf(scope), key: toHex(id), value: '' }];
}

/** How many of a channel's messages are sealed to others. */
export const asidesIn = (store: Pick<Store, 'count'>, channel: string): Promise<number> =>
  store.count(spaceOf(channelScope(channel)));

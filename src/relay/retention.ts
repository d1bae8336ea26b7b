/** How long this relay keeps what others admitted, by its owner's policy: the same for what streams and what sticks bring. */
import { CHANNEL_PREFIX, MAILBOX_PREFIX } from '../core/scope.ts';
import type { Policy } from './policy.ts';

const DAY_MS = 86_400_000;

/** Until when an envelope of that scope and time is kept; 0: always. */
export function lifeUnder(policy: Policy): (scope: string, time: number) => number {
  const days = (scope: string): number => {
    if (scope.startsWith(CHANNEL_PREFIX)) return policy.channelRetentionDays;
    return scope.startsWith(MAILBOX_PREFIX) ? policy.mailboxRetentionDays : 0;
  };
  return (scope, time) => (days(scope) === 0 ? 0 : time + days(scope) * DAY_MS);
}

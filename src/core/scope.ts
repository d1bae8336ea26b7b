/**
 * Names of scopes: the sets that envelopes belong to (spec/03-envelope.md#scopes).
 */
export const CHANNEL_PREFIX = 'channel:';
export const MAILBOX_PREFIX = 'mailbox:';
export const NAME_PREFIX = 'name:';
/** What a packet to a swarm goes to. All of them stand in one scope, under what can be nobody's name. */
export const SWARM_PREFIX = 'swarm:';

export const channelScope = (channel: string): string => CHANNEL_PREFIX + channel;
export const mailboxScope = (dot1: string): string => MAILBOX_PREFIX + dot1;
export const nameScope = (name: string): string => NAME_PREFIX + name;

const CHANNEL = /^[a-z0-9-]{1,32}$/;
const DOT1 = /^dot1:[0-9a-f]{16}$/;
const USERNAME = /^[a-z0-9_-]{3,32}$/;
/** With its prefix, no longer than a pack allows a scope to be. */
const AGENT_NAME = /^[A-Za-z0-9._:@/+-]{1,59}$/;
/** What a keep server takes for a word to itself, so that no packet gets to who is called so. */
const RESERVED = /^(?:server|inbox:ack|(?:discover|claim|scar|swarm|nearest):.*)$/;

export const isChannelName = (name: string): boolean => CHANNEL.test(name);
export const isDot1 = (text: string): boolean => DOT1.test(text);
export const isUsername = (name: string): boolean => USERNAME.test(name);
/** Whether something can be placed under that name. */
export const isAgentName = (name: string): boolean => AGENT_NAME.test(name);
/** Whether a name on a keep server can be claimed; others are used as long as somebody speaks under them. */
export const isClaimable = (name: string): boolean => isAgentName(name) && !RESERVED.test(name);

/** Whether `scope` is a name that this version knows. */
export function isScope(scope: string): boolean {
  if (scope.startsWith(CHANNEL_PREFIX)) return isChannelName(scope.slice(CHANNEL_PREFIX.length));
  if (scope.startsWith(NAME_PREFIX)) return isAgentName(scope.slice(NAME_PREFIX.length));
  return scope.startsWith(MAILBOX_PREFIX) && isDot1(scope.slice(MAILBOX_PREFIX.length));
}

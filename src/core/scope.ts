/**
 * Names of scopes: the sets that envelopes belong to (spec/03-envelope.md#scopes).
 */
export const CHANNEL_PREFIX = 'channel:';
export const MAILBOX_PREFIX = 'mailbox:';

export const channelScope = (channel: string): string => CHANNEL_PREFIX + channel;
export const mailboxScope = (dot1: string): string => MAILBOX_PREFIX + dot1;

const CHANNEL = /^[a-z0-9-]{1,32}$/;
const DOT1 = /^dot1:[0-9a-f]{16}$/;
const USERNAME = /^[a-z0-9_-]{3,32}$/;

export const isChannelName = (name: string): boolean => CHANNEL.test(name);
export const isDot1 = (text: string): boolean => DOT1.test(text);
export const isUsername = (name: string): boolean => USERNAME.test(name);

/** Whether `scope` is a name that this version knows. */
export function isScope(scope: string): boolean {
  if (scope.startsWith(CHANNEL_PREFIX)) return isChannelName(scope.slice(CHANNEL_PREFIX.length));
  return scope.startsWith(MAILBOX_PREFIX) && isDot1(scope.slice(MAILBOX_PREFIX.length));
}

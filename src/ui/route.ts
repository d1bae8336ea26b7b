/** Channels have addresses, so that a link leads to one: `#/c/<name>`. */
import { isChannelName } from '../core/scope.ts';

export const HOME = 'main';

export const channelHref = (name: string): string => `#/c/${name}`;

/** The channel that a location's hash names, or undefined where it names none. */
export function channelOf(hash: string): string | undefined {
  const name = /^#\/c\/([^/]+)$/.exec(hash)?.[1]?.toLowerCase();
  return name !== undefined && isChannelName(name) ? name : undefined;
}

/** What people type, as a channel's name: `Über uns!` becomes `uber-uns`. Empty where nothing fits. */
export function toChannelName(typed: string): string {
  return typed
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 32)
    .replace(/-+$/, '');
}

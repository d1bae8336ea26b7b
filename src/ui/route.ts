/** Channels and messages have addresses, so that a link leads there: `#/channel/<name>` and `#/channel/<name>/<id>`. */
import { isChannelName } from '../core/scope.ts';

export const HOME = 'main';
/** Where a log-out leads. */
export const LEFT = '#/left';
const SHOWN = 32;

export const channelHref = (name: string): string => `#/channel/${name}`;

/** Half of a message's id is enough to find it, and short enough to send. */
export const messageHref = (name: string, id: string): string => `${channelHref(name)}/${id.slice(0, SHOWN)}`;

/** The channel that a location's hash names, or undefined where it names none. */
export function channelOf(hash: string): string | undefined {
  const name = ADDRESS.exec(hash)?.[1]?.toLowerCase();
  return name !== undefined && isChannelName(name) ? name : undefined;
}

/** The beginning of the id of the message that a location's hash names. */
export const messageOf = (hash: string): string | undefined => ADDRESS.exec(hash)?.[2];

/** `#/c/` is how addresses began at first. */
const ADDRESS = /^#\/(?:channel|c)\/([^/]+)(?:\/([0-9a-f]{16,64}))?$/;

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

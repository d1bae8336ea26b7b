/** Values of the query string, which may be absent, repeated or nonsense. */
import { isChannelName } from '../core/scope.ts';
import { refuse } from './errors.ts';

export type Query = Readonly<Record<string, string | string[] | undefined>>;

/** The first of a name's values; an empty one is none. */
export function first(query: unknown, name: string): string | undefined {
  const value = (query as Query)[name];
  const text = Array.isArray(value) ? value[0] : value;
  return text === '' ? undefined : text;
}

/** All of a name's values, comma-separated ones too. */
export function all(query: unknown, name: string): string[] {
  const value = (query as Query)[name];
  const texts = Array.isArray(value) ? value : [value ?? ''];
  return texts.flatMap((text) => text.split(',')).filter((text) => text !== '');
}

/** A whole number of at least 0, at most `most` (more is taken for that). */
export function count(query: unknown, name: string, fallback: number, most: number): number {
  const text = first(query, name);
  if (text === undefined) return fallback;
  if (!/^\d{1,15}$/.test(text)) refuse(400, `${name} must be a whole number`, { field: name });
  return Math.min(Number(text), most);
}

export function channelName(text: string): string {
  const name = text.toLowerCase();
  return isChannelName(name) ? name : refuse(400, 'channel name must match [a-z0-9-]{1,32}', { field: 'channel' });
}

/** Main where none is given. */
export const channelOf = (query: unknown): string => channelName(first(query, 'channel') ?? 'main');

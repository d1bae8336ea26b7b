/**
 * Search over what this device holds and can open: newest first, page by page, so that the page stays quick, within
 * bounds, and no further than asked. Nothing of it reaches a relay.
 */
import type { Channel, Message } from '../runtime/api.ts';
import { bodyText } from './display.ts';

export interface Found {
  readonly message: Message;
  readonly excerpt: Excerpt;
}

export interface Excerpt {
  readonly before: string;
  readonly match: string;
  readonly after: string;
}

export interface SearchOptions {
  readonly signal: AbortSignal;
  /** Called with each page's matches, newest first. */
  onFound(found: readonly Found[]): void;
}

const PAGE = 200;
const LOOKED_AT = 20_000;
const FOUND = 60;
const AROUND = 40;
const SHORTEST = 2;

/** Looks through these channels in turn. Resolves when done, enough is found, or the signal fired. */
export async function searchMessages(
  channels: readonly Pick<Channel, 'messages'>[],
  query: string,
  options: SearchOptions,
): Promise<void> {
  const wanted = folded(query.trim());
  if (wanted.length < SHORTEST) return;
  let left = FOUND;
  for (const channel of channels) {
    for await (const page of backwards(channel)) {
      if (options.signal.aborted) return;
      const found = page.flatMap((message) => matching(message, wanted) ?? []).slice(0, left);
      left -= found.length;
      if (found.length > 0) options.onFound(found);
      if (left === 0) return;
    }
  }
}

/** Newest first; pages that share a time overlap, and each message comes once. */
async function* backwards({ messages }: Pick<Channel, 'messages'>): AsyncGenerator<Message[]> {
  let before: Date | undefined;
  let known = new Set<string>();
  for (let seen = 0; seen < LOOKED_AT; seen += PAGE) {
    const limit = PAGE + known.size;
    const page = await messages({ limit, ...(before && { before }) });
    const fresh = page.filter(({ id }) => !known.has(id));
    yield fresh.toReversed();
    const oldest = page[0];
    if (oldest === undefined || page.length < limit || fresh.length === 0) return;
    const time = oldest.time.getTime();
    known = new Set(page.filter((message) => message.time.getTime() === time).map(({ id }) => id));
    before = new Date(time + 1);
  }
}

function matching(message: Message, wanted: string): Found | undefined {
  const texts = [message.text ?? '', ...message.files.map(({ name }) => name)];
  for (const text of texts) {
    const excerpt = excerptOf(bodyText(text.slice(0, 100_000)), wanted);
    if (excerpt) return { message, excerpt };
  }
  return undefined;
}

export function excerptOf(text: string, wanted: string): Excerpt | undefined {
  const at = folded(text).indexOf(wanted);
  if (at === -1) return undefined;
  const from = Math.max(0, at - AROUND);
  const end = at + wanted.length;
  const flat = (part: string): string => part.replace(/\s+/g, ' ').toWellFormed();
  return {
    before: (from > 0 ? '…' : '') + flat(text.slice(from, at)),
    match: flat(text.slice(at, end)),
    after: flat(text.slice(end, end + 2 * AROUND)) + (end + 2 * AROUND < text.length ? '…' : ''),
  };
}

/** Lower case of the same length, so that places in one are places in the other. */
const folded = (text: string): string => {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : [...text].map(lowerOne).join('');
};

const lowerOne = (character: string): string => {
  const lower = character.toLowerCase();
  return lower.length === character.length ? lower : character;
};

/**
 * An entry in the making (spec/02-pigeon.md#writing): shown as the published client shows it, with DRAFT where depth,
 * links and author are not known yet, and turned into an entry that only wants its signature.
 */
import { UsageError } from '../errors.ts';
import { expectedLipmaa, type Head } from './chain.ts';
import { DIALECTS, type Dialect, NONE } from './dialect.ts';
import { BODY_LIMIT_WRITE, type Entry, isWord, PUBLISHED_DEPTH_LIMIT, quoteValue } from './entry.ts';

export interface Draft {
  readonly dialect: Dialect;
  readonly kind: string;
  /** As an entry holds it: values quoted, no key twice. */
  readonly body: Entry['body'];
}

export function newDraft(dialect: Dialect, kind: string): Draft {
  return { dialect, kind: word(dialect, 'kind', kind), body: [] };
}

/** With the pair at its end, or in the place of the same key's. Throws UsageError for what no entry can hold. */
export function appendToDraft(draft: Draft, key: string, text: string): Draft {
  const pair = [word(draft.dialect, 'key', key), quoteValue(draft.dialect, text)] as const;
  const at = draft.body.findIndex(([name]) => name === key);
  if (at < 0 && draft.body.length === BODY_LIMIT_WRITE) {
    throw new UsageError(`Cannot append to draft: expected at most ${BODY_LIMIT_WRITE} keys`);
  }
  return { ...draft, body: at < 0 ? [...draft.body, pair] : draft.body.with(at, pair) };
}

/** As `draft create`, `append` and `show` print it; ends with the blank line behind the body. */
export function renderDraft({ dialect, kind, body }: Draft): string {
  const header = DIALECTS[dialect].header.map((name) => `${name} ${name === 'kind' ? kind : 'DRAFT'}\n`);
  return `${header.join('')}\n${body.map(([key, value]) => `${key}:${value}\n`).join('')}\n`;
}

/** The next entry of a log, without its signature. `lipmaaId` is the id at lipmaaTarget(dialect, depth). */
export function entryOfDraft(
  draft: Draft,
  key: Uint8Array,
  head: Head | undefined,
  lipmaaId: string | undefined,
): Omit<Entry, 'signature'> {
  const { dialect, kind, body } = draft;
  if (body.length === 0) throw new UsageError('Cannot sign draft: expected at least one key and value, got none');
  if (head !== undefined && head.dialect !== dialect) {
    throw new UsageError(`Cannot sign draft: expected dialect ${head.dialect} of its log, got ${dialect}`);
  }
  const depth = head === undefined ? 0 : head.depth + 1;
  const lipmaa = expectedLipmaa(dialect, depth, lipmaaId);
  return { dialect, key, depth, kind, prev: head?.id ?? NONE, lipmaa, body };
}

/** What a published client of the dialect can't read though the entry is valid (spec/02-pigeon.md#published-clients). */
export type PublishedLimit = 'colon in a string' | 'more than 64 keys' | 'depth of more than 7 digits';

export function publishedLimits(entry: Pick<Entry, 'body' | 'depth'>): PublishedLimit[] {
  const found: PublishedLimit[] = [];
  if (entry.body.some(([, value]) => value.includes(':'))) found.push('colon in a string');
  if (entry.body.length > BODY_LIMIT_WRITE) found.push('more than 64 keys');
  if (entry.depth > PUBLISHED_DEPTH_LIMIT) found.push('depth of more than 7 digits');
  return found;
}

function word(dialect: Dialect, what: 'kind' | 'key', text: string): string {
  if (isWord(dialect, text)) return text;
  throw new UsageError(`Cannot write ${what}: expected 1 to 90 letters, digits, "_", "-", "=" or ".", got "${text}"`);
}

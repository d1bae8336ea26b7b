/** Names after an @: found in texts, and completed while one writes. Names may hold spaces; the longest that fits counts. */
import { fold, nameText } from './display.ts';
import type { NameAt } from './markdown.ts';

interface Named {
  readonly key: string | undefined;
  readonly name: string;
  readonly self: boolean;
}

const SUGGESTED = 6;
const LONGEST = 64;

/** Finds where one of these names ends. */
export function nameFinder(people: readonly Named[]): NameAt {
  const names = new Set(people.map(({ name }) => fold(name)).filter((name) => name !== ''));
  const lengths = [...new Set([...names].map((name) => name.length))].sort((a, b) => b - a);
  return (text) => {
    const lower = text.slice(0, LONGEST + 1).toLowerCase();
    const fits = (length: number): boolean =>
      length <= lower.length && names.has(lower.slice(0, length)) && !/^[\p{L}\p{N}]/u.test(lower.slice(length));
    return lengths.find(fits) ?? 0;
  };
}

/** Whether a mention, its @ included, is of this name. */
export const isMentionOf = (mention: string, name: string): boolean => fold(mention.slice(1)) === fold(name);

/** Whether a text calls one of these names; for a mark beside a channel. */
export function mentions(text: string, name: string): boolean {
  const folded = fold(name);
  return folded !== '' && text.slice(0, 20_000).toLowerCase().includes(`@${folded}`);
}

export interface Completion<Person extends Named = Named> {
  /** Where the @ stands. */
  readonly from: number;
  readonly to: number;
  readonly people: readonly Person[];
}

/** Who may be meant by what stands before the cursor; undefined where nobody is. */
export function completion<Person extends Named>(
  text: string,
  cursor: number,
  people: readonly Person[],
): Completion<Person> | undefined {
  const at = text.lastIndexOf('@', cursor - 1);
  if (at === -1 || cursor - at > LONGEST || /[\p{L}\p{N}_.]/u.test(text[at - 1] ?? '')) return undefined;
  const typed = text.slice(at + 1, cursor);
  if (/[\n@]/.test(typed) || /^\s|\s\s/.test(typed)) return undefined;
  const wanted = typed.toLowerCase();
  const rank = (name: string): number => {
    const folded = fold(name);
    if (folded.startsWith(wanted)) return 0;
    return folded.split(' ').some((part) => part.startsWith(wanted)) ? 1 : 2;
  };
  const found = people
    .filter(({ self, name }) => !self && rank(name) < 2)
    .sort((a, b) => rank(a.name) - rank(b.name) || (fold(a.name) < fold(b.name) ? -1 : 1))
    .slice(0, SUGGESTED);
  return found.length === 0 || found.some(({ name }) => fold(name) === wanted.trimEnd() && wanted.endsWith(' '))
    ? undefined
    : { from: at, to: cursor, people: found };
}

/** The text with the chosen name in place of what was typed, and where the cursor then stands. */
export function complete(text: string, { from, to }: Completion, name: string): { text: string; cursor: number } {
  const inserted = `@${nameText(name, '')} `;
  return { text: text.slice(0, from) + inserted + text.slice(to), cursor: from + inserted.length };
}

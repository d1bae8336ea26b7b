/** Which of the page's languages a person reads, by what they chose before and what their browser asks for. Pure. */

/** Each by its own name, for the list one chooses from. */
export const LANGUAGES = [
  { tag: 'en', name: 'English', direction: 'ltr' },
  { tag: 'de', name: 'Deutsch', direction: 'ltr' },
  { tag: 'ar', name: 'العربية', direction: 'rtl' },
] as const;

export type Language = (typeof LANGUAGES)[number]['tag'];

export const isLanguage = (tag: unknown): tag is Language => LANGUAGES.some((language) => language.tag === tag);

/** What was saved, else the first language of the browser that there is a catalogue for, else English. */
export function preferredLanguage(asked: readonly string[], saved?: string | null): Language {
  if (isLanguage(saved)) return saved;
  return asked.map(base).find(isLanguage) ?? 'en';
}

export const directionOf = (tag: Language): 'ltr' | 'rtl' =>
  LANGUAGES.find((language) => language.tag === tag)?.direction ?? 'ltr';

/** The tag with the region that the browser names: dates and digits differ between Cairo and Casablanca. */
export const regional = (tag: string, asked: readonly string[] = globalThis.navigator?.languages ?? []): string =>
  asked.find((each) => base(each) === tag && Intl.NumberFormat.supportedLocalesOf(each).length > 0) ?? tag;

const base = (tag: string): string => tag.toLowerCase().split('-')[0] ?? '';

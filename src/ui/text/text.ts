/**
 * What the page says, in the language that is spoken now. `words` reads a signal: whatever draws with it is drawn
 * again when the language changes. English is always there; the other catalogues are loaded when they are asked for.
 */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { type Catalogue, en } from './en/index.ts';
import type { Language } from './preferred.ts';

export { directionOf, isLanguage, LANGUAGES, type Language, preferredLanguage } from './preferred.ts';
export type { Catalogue };

const LOADERS: Record<Language, () => Promise<Catalogue>> = {
  en: async () => en,
  de: async () => (await import('./de/index.ts')).de,
  ar: async () => (await import('./ar/index.ts')).ar,
};

const current = signal<{ tag: Language; catalogue: Catalogue }>({ tag: 'en', catalogue: en });
let asked: Language = 'en';

export const language: ReadonlySignal<Language> = computed(() => current.value.tag);

export const words: Catalogue = new Proxy(en, {
  get: (_, section) => Reflect.get(current.value.catalogue, section),
});

/** Speaks this language from now on; rejects, and goes on as before, where its catalogue cannot be loaded. */
export async function setLanguage(tag: Language): Promise<void> {
  asked = tag;
  const catalogue = await LOADERS[tag]();
  // Whoever asked last is answered, in whichever order the catalogues came.
  if (asked === tag) current.value = { tag, catalogue };
}

/** The emoji's names in the language that is spoken now, to be read by emoji.ts; undefined for English, which is there. */
export async function emojiNames(): Promise<string | undefined> {
  const tag = current.peek().tag;
  if (tag === 'de') return (await import('./de/emoji.ts')).emojiNames;
  return tag === 'ar' ? (await import('./ar/emoji.ts')).emojiNames : undefined;
}

const KEY = 'pipes-language';

/** What was chosen on this device before, if anything. */
export const savedLanguage = (storage: Pick<Storage, 'getItem'>): string | null => storage.getItem(KEY);

/** Keeps the choice for the next visit; undefined leaves it to the browser again. */
export function saveLanguage(storage: Pick<Storage, 'setItem' | 'removeItem'>, tag: Language | undefined): void {
  if (tag === undefined) storage.removeItem(KEY);
  else storage.setItem(KEY, tag);
}

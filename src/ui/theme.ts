/**
 * Light, dark, or as the system has it: chosen on this device, for all its tabs. public/theme.js applies the choice
 * before the first paint; here it is changed, and followed when another tab changes it.
 */
import { type ReadonlySignal, signal } from '@preact/signals';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export interface Themes {
  readonly theme: ReadonlySignal<Theme>;
  choose(theme: Theme): void;
  /** Reads again what another tab wrote. */
  refresh(): void;
}

/** Also the name that public/theme.js reads. */
export const THEME_KEY = 'pipes-theme';

export function createThemes(
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
  apply: (theme: Theme) => void,
): Themes {
  const theme = signal(read(storage.getItem(THEME_KEY)));
  const show = (next: Theme): void => {
    theme.value = next;
    apply(next);
  };
  apply(theme.peek());
  return {
    theme,
    choose(next) {
      if (next === 'system') storage.removeItem(THEME_KEY);
      else storage.setItem(THEME_KEY, next);
      show(next);
    },
    refresh: () => show(read(storage.getItem(THEME_KEY))),
  };
}

/** What is around the page takes its colour from it, too. */
const GROUNDS = { light: '#f6f5f2', dark: '#15171a' } as const;

/** Puts the theme on the document. */
export function applyTheme(theme: Theme): void {
  const { dataset } = document.documentElement;
  if (theme === 'system') delete dataset.theme;
  else dataset.theme = theme;
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')) {
    const own = meta.media.includes('dark') ? 'dark' : 'light';
    meta.content = GROUNDS[theme === 'system' ? own : theme];
  }
}

const read = (saved: string | null): Theme => (saved === 'light' || saved === 'dark' ? saved : 'system');

/** What is set on this device for all its tabs, whoever uses it: theme, language, notifications. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { createNotices, type NoticeApi, type Notices } from './notices.ts';
import { isLanguage, type Language, preferredLanguage, savedLanguage, saveLanguage, setLanguage } from './text/text.ts';
import { createThemes, type Theme, type Themes } from './theme.ts';

export interface Settings {
  readonly themes: Themes;
  readonly notices: Notices;
  /** The language that was chosen; undefined leaves it to the browser. */
  readonly language: ReadonlySignal<Language | undefined>;
  /** Resolves when it is spoken, or could not be had: then nothing is changed. */
  speak(tag: Language | undefined): Promise<void>;
  /** Reads again what another tab wrote. */
  refresh(): void;
}

export function createSettings(
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
  asked: readonly string[],
  apply: (theme: Theme) => void,
  noticeApi?: NoticeApi,
): Settings {
  const themes = createThemes(storage, apply);
  const notices = createNotices(storage, noticeApi);
  const chosen = (): Language | undefined => {
    const saved = savedLanguage(storage);
    return isLanguage(saved) ? saved : undefined;
  };
  const language = signal(chosen());
  return {
    themes,
    notices,
    language,
    async speak(tag) {
      try {
        await setLanguage(preferredLanguage(asked, tag));
      } catch {
        return;
      }
      saveLanguage(storage, tag);
      language.value = tag;
    },
    refresh() {
      themes.refresh();
      notices.refresh();
      language.value = chosen();
      void setLanguage(preferredLanguage(asked, language.peek())).catch(() => undefined);
    },
  };
}

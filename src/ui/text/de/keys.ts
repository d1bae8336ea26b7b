/** The list of keys, in German. */
import type { keys as en } from '../en/keys.ts';

export const keys: typeof en = {
  keys: {
    title: 'Tastatur',
    open: 'Tastenkürzel',
    close: 'Schließen',
    or: 'oder',
    groups: { around: 'Unterwegs', writing: 'Beim Schreiben', over: 'In Fenstern und Dialogen' },
    uses: {
      search: 'Suchen',
      channels: 'Kanal darüber, Kanal darunter',
      unread: 'Nächster Kanal mit Ungelesenem, aufwärts oder abwärts',
      parts: 'Nächster Teil der Seite, voriger Teil',
      write: 'Zurück zum Schreiben',
      list: 'Diese Liste',
      send: 'Senden',
      line: 'Neue Zeile',
      mention: 'Jemanden erwähnen',
      choose: 'Unter den angebotenen Namen wählen',
      close: 'Schließen',
    },
    names: {
      control: 'Strg',
      command: '⌘',
      alt: 'Alt',
      option: '⌥',
      shift: 'Umschalt',
      enter: 'Enter',
      escape: 'Esc',
      tab: 'Tab',
      up: '↑',
      down: '↓',
    },
  },
};

/** Writing and files, in German. */
import type { composer as en } from '../en/composer.ts';
import { many, number, percent, size } from './speech.ts';

export const composer: typeof en = {
  composer: {
    label: (channel) => `Nachricht an #${channel}`,
    placeholder: (channel) => `Nachricht an #${channel}`,
    send: 'Senden',
    attach: 'Dateien anhängen',
    remove: (name) => `${name} entfernen`,
    keys: 'Enter sendet, Umschalt + Enter beginnt eine neue Zeile',
    marks: '**fett**, *kursiv*, `Code`, > Zitat, - Liste',
    sealedTo: (count) =>
      count > 1
        ? many(count, { one: 'Für # Person versiegelt', other: 'Für # Personen versiegelt' })
        : 'Bisher nur für dich versiegelt',
    drop: 'Lass Dateien hier los, um sie versiegelt anzuhängen',
    tooLarge: (name, limit) => `${name} ist größer als ${size(limit)} und lässt sich nicht anhängen.`,
    tooMany: (limit) => `Eine Nachricht fasst höchstens ${number(limit)} Dateien.`,
    tooLong: (over) => many(over, { one: '# Zeichen zu viel', other: '# Zeichen zu viel' }),
    emoji: 'Emoji einfügen',
    emojiSearch: 'Emoji suchen',
    emojiNone: 'Kein Emoji heißt so.',
    mentions: 'Wer hier mitlesen kann',
    sealing: (done, total) => `Dateien werden versiegelt, ${percent(done, total)}`,
    cancel: 'Abbrechen',
    agent: 'Agent',
  },
  file: {
    save: (name) => `${name} speichern`,
    show: (name) => `${name} anzeigen`,
    showIt: 'Anzeigen',
    hide: 'Ausblenden',
    play: (name) => `${name} abspielen`,
    playIt: 'Abspielen',
    enlarge: (name) => `${name} vergrößern`,
    picture: (name) => `Bild ${name}`,
    loading: 'Wird geöffnet …',
    failed: 'Konnte nicht geholt oder geöffnet werden. Versuch es noch einmal.',
    refused: 'Wird nicht angezeigt: Das ist kein Bild oder ein zu großes. Speichern kannst du es trotzdem.',
    cut: 'Nur der Anfang wird gezeigt. Speichere die Datei, um alles zu sehen.',
    noText: 'Das ist kein Text. Speichern kannst du die Datei trotzdem.',
    noPdf:
      'Wird nicht angezeigt: Das ist kein PDF, oder es ist gesperrt, beschädigt oder zu schwer. Speichern kannst du es trotzdem.',
    noPage: 'Diese Seite ließ sich nicht zeichnen.',
    page: (page, pages) => `Seite ${number(page)} von ${number(pages)}`,
    morePages: (pages) =>
      many(pages, {
        one: 'Nur die erste Seite wird gezeigt. Speichere die Datei, um alles zu sehen.',
        other: 'Nur die ersten # Seiten werden gezeigt. Speichere die Datei, um alles zu sehen.',
      }),
    cannotPlay: 'Dieser Browser kann das nicht abspielen. Speichern kannst du es trotzdem.',
    close: 'Schließen',
  },
  bytes: size,
};

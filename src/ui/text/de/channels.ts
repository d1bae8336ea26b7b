/** Channels, readers and the search, in German. */
import type { channels as en } from '../en/channels.ts';
import { many, number } from './speech.ts';

export const channels: typeof en = {
  channels: {
    heading: 'Kanäle',
    open: 'Kanäle anzeigen',
    close: 'Schließen',
    add: 'Neuer Kanal',
    name: 'Name des Kanals',
    create: 'Anlegen',
    cancel: 'Abbrechen',
    invalid: 'Nimm Buchstaben a–z, Ziffern oder Bindestriche.',
    becomes: (name) => `Wird #${name} heißen`,
    joined: 'Deine',
    others: 'Weitere auf diesem Relay',
    unread: (count) => many(count, { one: '# ungelesene Nachricht', other: '# ungelesene Nachrichten' }),
    count: (count) => many(count, { one: '# Nachricht', other: '# Nachrichten' }),
    mute: 'Kanal stummschalten',
    unmute: 'Stummschaltung aufheben',
    muted: 'stumm',
    draft: 'Entwurf',
  },
  me: {
    rename: 'Deinen Namen ändern',
    save: 'Speichern',
    you: 'du',
  },
  readers: {
    heading: 'Wer mitlesen kann',
    short: (count, self) =>
      count === 1 && self ? 'Nur du kannst lesen' : many(count, { one: '# kann mitlesen', other: '# können mitlesen' }),
    count: (count) => many(count, { one: '# liest mit', other: '# lesen mit' }),
    nobody: 'Noch kann niemand lesen',
    unknown: 'Wer mitlesen kann',
    explain:
      'Was du sendest, wird auf diesem Gerät für die hier Genannten versiegelt. Das Relay reicht es weiter und kann es nicht öffnen.',
    agent: 'Agent',
    agentHint: 'Ein Programm, kein Mensch',
    byMessage: 'Bekannt durch eigene versiegelte Nachrichten, nicht durch ein signiertes Profil',
    loading: 'Wird ermittelt, wer mitlesen kann …',
    joined: (name) => `${name} kann von jetzt an mitlesen`,
    left: (name) => `Neue Nachrichten werden nicht mehr für ${name} versiegelt`,
    invite: 'Link kopieren',
    copied: 'Link kopiert',
    leave: 'Kanal verlassen',
  },
  join: {
    title: (channel) => `Du bist nicht in #${channel}`,
    why: 'Tritt bei, um zu folgen. Von da an versiegeln die anderen auch für dich, was sie schreiben.',
    button: (channel) => `#${channel} beitreten`,
  },
  search: {
    label: 'Kanäle und Nachrichten durchsuchen',
    placeholder: 'Suchen',
    messages: 'Nachrichten',
    nothing: 'Auf diesem Gerät nichts gefunden.',
    looking: 'Wird gesucht …',
    local: 'Nachrichten werden nur auf diesem Gerät durchsucht.',
    clear: 'Suche leeren',
    in: (channel) => `in #${channel}`,
  },
  number,
};

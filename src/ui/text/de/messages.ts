/** The message list, in German. */
import type { messages as en } from '../en/messages.ts';
import { isolate, reasonOf } from '../phrase.ts';
import { reasons } from './connection.ts';
import { many, percent, size } from './speech.ts';

const SEALED = {
  'before-you-joined': {
    count: {
      one: '# Nachricht, versiegelt bevor du dazukamst',
      other: '# Nachrichten, versiegelt bevor du dazukamst',
    },
    why: 'Jede Nachricht wird für die versiegelt, die beim Senden im Kanal sind. Du warst es noch nicht, deshalb gibt es für dich keine Schlüssel dazu. Wer sie öffnen kann, kann sie mit dir teilen.',
  },
  'not-for-you': {
    count: { one: '# Nachricht, für andere versiegelt', other: '# Nachrichten, für andere versiegelt' },
    why: 'Sie wurde nicht für dich versiegelt; öffnen können sie nur die, für die sie es ist.',
  },
  damaged: {
    count: {
      one: '# Nachricht, die sich nicht öffnen lässt',
      other: '# Nachrichten, die sich nicht öffnen lassen',
    },
    why: 'Was ankam, passt nicht zu seinem Siegel: Es wurde unterwegs verändert oder falsch versiegelt.',
  },
  'newer-version': {
    count: { one: '# Nachricht in neuerer Form', other: '# Nachrichten in neuerer Form' },
    why: 'Eine neuere Version von Pipes hat sie versiegelt. Aktualisiere und lade die Seite neu, um sie zu lesen.',
  },
};

const EARLIER = { one: '# früheren Nachricht', other: '# früheren Nachrichten' };

export const messages: typeof en = {
  messages: {
    label: (channel) => `Nachrichten in #${channel}`,
    loading: 'Nachrichten werden geladen …',
    older: 'Ältere Nachrichten laden',
    beginning: (channel) => `Hier beginnt #${channel}.`,
    latest: 'Neueste Nachrichten',
    fresh: (count) => many(count, { one: '# neue Nachricht', other: '# neue Nachrichten' }),
    emptyTitle: (channel) => `In #${channel} ist noch nichts`,
    alone:
      'Du bist hier noch allein. Wer später dazukommt, kann lesen, was ab dann gesendet wird, nicht, was davor war.',
    together: 'Sag Hallo: Was du sendest, wird für alle versiegelt, die unter „Wer mitlesen kann“ stehen.',
    tryAlone: 'Allein ausprobieren, mit einem zweiten Tab',
    today: 'Heute',
    yesterday: 'Gestern',
    showAll: (units) => `Alles anzeigen (${size(units)} Text)`,
    said: (name, text) => `${name}: ${text}`,
    saidSealed: (name) => `${name} hat eine Nachricht gesendet, die für dich versiegelt bleibt`,
    onlyFiles: 'hat Dateien gesendet',
    failed: 'Die Nachrichten konnten auf diesem Gerät nicht gelesen werden.',
    gone: 'Diese Nachricht ist nicht auf diesem Gerät: Vielleicht ist sie älter als das, was das Relay aufbewahrt, oder aus einem anderen Kanal.',
    unread: 'Neue Nachrichten',
    jumpUnread: 'Zur ersten neuen Nachricht',
    jumpDate: 'Zu einem Datum springen',
    date: 'Nachrichten zeigen ab',
    go: 'Los',
    copyLink: 'Link zu dieser Nachricht kopieren',
    linkCopied: 'Link kopiert',
    discard: 'Zurücknehmen',
    discardHint: 'Noch hat sie kein Relay: Sie wird nicht gesendet',
    sending: 'Wird gesendet …',
    uploading: (done, total) => `Dateien werden gesendet, ${percent(done, total)}`,
    sharedBy: (name) =>
      `Versiegelt, bevor du dazukamst, und geöffnet mit einem Schlüssel, den ${name} mit dir geteilt hat. Wer sie wann schrieb, ist signiert.`,
    sharedMark: 'Mit dir geteilt',
    shared: (name, count) => `${name} hat die Schlüssel von ${many(count, EARLIER)} mit dir geteilt`,
    youShared: (count) => `Du hast die Schlüssel von ${many(count, EARLIER)} geteilt`,
    mentionsYou: 'erwähnt dich',
  },
  roster: (event, name) =>
    ({
      joined: `${name} kann ab hier mitlesen`,
      left: `${name} ist gegangen: Neue Nachrichten werden nicht mehr für ${name} versiegelt`,
      'new-key': `Nachrichten an ${name} werden ab hier für einen anderen Schlüssel versiegelt`,
    })[event.kind],
  delivery: (delivery) => {
    if (delivery.state === 'queued') return 'Wartet';
    if (delivery.state === 'sent') return 'Gesendet';
    if (delivery.state !== 'failed') return '';
    const reason = reasonOf(delivery.error);
    return `Nicht gesendet: ${reason === undefined ? isolate('ltr', delivery.error) : reasons[reason]}`;
  },
  deliveryHint: {
    queued: 'Bleibt auf diesem Gerät, bis das Relay erreichbar ist',
    sent: 'Vom Relay gespeichert, versiegelt',
  },
  lock: (lock) => {
    if (lock.state === 'open') {
      return many(lock.readers, { one: 'Für # Person versiegelt', other: 'Für # Personen versiegelt' });
    }
    if (lock.state === 'sealed') return SEALED[lock.reason].why;
    return lock.signed
      ? 'Nicht versiegelt: Das Relay kann das lesen'
      : 'Weder versiegelt noch signiert: Das Relay kann das lesen, und jeder könnte es geschrieben haben';
  },
  plainMark: (signed) => (signed ? 'Nicht versiegelt' : 'Nicht versiegelt, nicht signiert'),
  sealed: (run, count) => many(count, SEALED[run.reason].count),
  sealedWhy: (run) => SEALED[run.reason].why,
  sealedWho: 'Zeigen, von wem und wann',
};

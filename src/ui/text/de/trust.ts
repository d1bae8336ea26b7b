/** Keys and the shared past, in German. */
import type { trust as en } from '../en/trust.ts';
import { many } from './speech.ts';

export const trust: typeof en = {
  trust: {
    about: (name) => `Über ${name}`,
    newKey: (name) => `Der Schlüssel von ${name} hat sich geändert`,
    newKeyWhy:
      'Was du schreibst, wird jetzt für einen anderen Schlüssel versiegelt als bisher. Das kommt vor, wenn jemand Pipes neu einrichtet. Es könnte aber auch jemand anderes sein: Vergleicht die Sicherheitsnummer am Telefon oder von Angesicht zu Angesicht, bevor du etwas Vertrauliches schreibst.',
    sameName: (name) => `${name} gibt es zweimal`,
    sameNameWhy: (dot1) =>
      `Jemand mit einem anderen Schlüssel (${dot1}) trägt einen Namen, den du kennst. Namen kann man frei wählen, Schlüssel nicht. Vergleicht die Sicherheitsnummer, wenn du sicher sein willst, wer es ist.`,
    compare: 'Vergleichen',
    accept: 'Verstanden',
    verified: 'Bestätigt',
    verifiedOn: (date) => `Du hast die Sicherheitsnummer am ${date} verglichen.`,
    notVerified: 'Nicht bestätigt: Nur der Name sagt, wer das ist.',
    number: 'Sicherheitsnummer',
    explain: (name) =>
      `${name} sieht auf dem eigenen Gerät dieselbe Nummer. Sind beide gleich, steht niemand zwischen euch.`,
    qr: 'Sicherheitsnummer als QR-Code',
    readOut: 'Vergleicht sie von Angesicht zu Angesicht, am Telefon oder im Videoanruf.',
    entered: 'Eine Nummer prüfen, die du bekommen hast',
    enteredHint: 'Füge alle 60 Ziffern ein oder tippe sie ab; auch der Text des QR-Codes geht.',
    equal: 'Sie sind gleich.',
    different: 'Sie sind verschieden. Vertrau diesem Schlüssel nicht, bevor du weißt, warum.',
    incomplete: 'Eine Sicherheitsnummer hat 60 Ziffern.',
    mark: 'Die Nummern sind gleich: als bestätigt markieren',
    unmark: 'Markierung zurücknehmen',
    loading: 'Wird berechnet …',
    since: (date) => `Schlüssel auf diesem Gerät bekannt seit ${date}.`,
    agent: 'Das ist ein Programm. Wer es betreibt, liest mit, was es lesen kann.',
    key: 'Identität',
    close: 'Schließen',
  },
  share: {
    title: (name) => `Vergangenes mit ${name} teilen`,
    button: 'Frühere Nachrichten teilen …',
    why: (name) =>
      `${name} kann nichts lesen, was davor versiegelt wurde. Du kannst die Schlüssel zu allem weitergeben, was du selbst öffnen kannst, egal, wer es schrieb. Die anderen werden nicht gefragt, und es lässt sich nicht zurücknehmen.`,
    all: 'Alles, was ich öffnen kann',
    week: 'Die letzten sieben Tage',
    day: 'Die letzten 24 Stunden',
    confirm: 'Teilen',
    cancel: 'Abbrechen',
    working: 'Wird geteilt …',
    done: (count) => many(count, { one: '# frühere Nachricht geteilt.', other: '# frühere Nachrichten geteilt.' }),
    nothing: 'Es gab nichts zu teilen: Alles, was du öffnen kannst, steht schon beiden offen.',
  },
};

/** Other machines, in German. */
import type { machines as en } from '../en/machines.ts';
import { number, percent } from './speech.ts';

export const machines: typeof en = {
  others: {
    title: 'Andere Rechner',
    open: 'Andere Rechner …',
    close: 'Schließen',
    what: 'Was dieser Rechner hat, teilt er mit diesen: direkt, wo es geht, sonst über Relays, die es nicht lesen können.',
    none: 'Noch ist kein anderer Rechner mit diesem verbunden.',
    list: 'Rechner, die mit diesem verbunden sind',
    unnamed: 'Ohne Namen',
    state: ({ isConnected, isSettled }) => {
      if (!isConnected) return 'Nicht da';
      return isSettled ? 'Auf gleichem Stand' : 'Holt auf …';
    },
    passage: { direct: 'Direkt', local: 'Im lokalen Netz', relayed: 'Über ein Relay' },
    path: ({ state, roundTripMs, loss }) => {
      if (state === 'opening') return 'wird geöffnet';
      if (state !== 'up') return 'antwortet nicht';
      const measured = roundTripMs === undefined ? [] : [`${number(Math.ceil(roundTripMs))} ms`];
      return [...measured, ...(loss >= 0.005 ? [`${percent(loss, 1)} verloren`] : [])].join(', ');
    },
    join: 'Einen weiteren verbinden',
    joinWhat:
      'Scanne dort diesen Code oder gib dieses Ticket ein; oder füge hier das Ticket ein, das er zeigt. Wer ein Ticket hat, kann sich 30 Tage lang verbinden.',
    show: 'Ticket dieses Rechners zeigen',
    noTicket: 'Das Relay gibt gerade kein Ticket.',
    ticket: 'Ticket dieses Rechners',
    qr: 'Code mit dem Ticket dieses Rechners, für eine Kamera',
    copy: 'Kopieren',
    copied: 'Ticket kopiert',
    field: 'Ticket des anderen Rechners',
    connect: 'Verbinden',
    connecting: 'Wird verbunden …',
    outcome: {
      connected: 'Verbunden. Was fehlt, kommt jetzt.',
      remembered: 'Noch antwortet niemand. Es ist gemerkt und wird wieder versucht.',
      refused: 'Das ist kein Ticket eines anderen Rechners: Es beginnt mit pipes1 und hat eine Zeile.',
      failed: 'Das Relay dieser Seite hat nicht geantwortet.',
    },
  },
};

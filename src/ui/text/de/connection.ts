/** The connection, in German. */
import type { connection as en } from '../en/connection.ts';
import { type Reason, reasonOf, sentence, withoutAddress } from '../phrase.ts';
import { many } from './speech.ts';

export const reasons: Record<Reason, string> = {
  away: 'Das Relay ist nicht erreichbar',
  'no-network': 'Dieses Gerät hat kein Netz',
  ended: 'Das Relay hat die Verbindung beendet',
  silent: 'Das Relay antwortet nicht',
  answered: 'Das Relay hat den Wunsch abgelehnt',
  rate: 'Das Relay nimmt gerade nicht so viele Nachrichten an',
  'no-room': 'Es ist kein Platz mehr',
  gone: 'Das Relay hat sie nicht (mehr)',
  cancelled: 'Es wurde abgebrochen',
  channels: 'Du bist schon in sehr vielen Kanälen. Verlass zuerst einen',
  long: 'Das ist zu lang',
  newer: 'Eine neuere Version dieser Seite hat es gespeichert',
  damaged: 'Was gespeichert war, ist beschädigt',
  storage: 'Der Speicher des Browsers lässt sich nicht benutzen',
  clipboard: 'Der Browser lässt das Kopieren nicht zu',
  'old-browser': 'Dieser Browser ist zu alt; eine aktuelle Version kann es',
};

export const connection: typeof en = {
  connection: (status) => {
    if (status.connection === 'online') return 'Verbunden';
    if (status.connection === 'local') return 'Nur dieses Gerät';
    return status.connection === 'connecting' ? 'Wird verbunden …' : 'Offline';
  },
  offline: (problem) => {
    const reason = reasonOf(problem ?? 'no connection');
    const why = reason === undefined ? withoutAddress(problem ?? '') : reasons[reason];
    return `Offline: ${sentence(why)} Du kannst weiterschreiben.`;
  },
  reason: (problem) => {
    const reason = reasonOf(problem);
    return reason === undefined ? problem : sentence(reasons[reason]);
  },
  waiting: (count) =>
    many(count, {
      one: '# Nachricht wartet hier, bis das Relay zurück ist.',
      other: '# Nachrichten warten hier, bis das Relay zurück ist.',
    }),
  machines: (connected, exchanging) => {
    if (connected === 0) return 'Kein anderer Rechner ist gerade erreichbar.';
    const joined = many(connected, {
      one: 'Mit # anderen Rechner verbunden',
      other: 'Mit # anderen Rechnern verbunden',
    });
    return exchanging > 0 ? `${joined}, holt auf.` : `${joined}.`;
  },
  queued: (count) => many(count, { one: '# wartet', other: '# warten' }),
};

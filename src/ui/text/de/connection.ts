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
  waiting: (count) =>
    many(count, {
      one: '# Nachricht wartet hier, bis das Relay zurück ist.',
      other: '# Nachrichten warten hier, bis das Relay zurück ist.',
    }),
  queued: (count) => many(count, { one: '# wartet', other: '# warten' }),
};

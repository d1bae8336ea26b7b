/** A log that says nothing: commands on a relay's data have words of their own. */
import { pino } from 'pino';

export const log = pino({ level: 'silent' });

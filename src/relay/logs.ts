/**
 * The log: one JSON object a line. Bodies, keys, wraps and contents are never handed to it; the paths below are
 * redacted all the same, should somebody do so one day.
 */
import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

const SECRETS = ['body', 'content', 'cipher_body', 'wraps', 'key', 'sig', 'signature', 'posthogApiKey'];

/** To stdout from level info, unless told otherwise. */
export const createLog = ({ level = 'info', to }: { level?: string; to?: DestinationStream } = {}): Log => {
  const redact = { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), remove: true };
  return pino({ level, base: { name: 'relay' }, redact }, to ?? pino.destination(1));
};

/** The relay's log: JSON lines on stderr, so that stdout keeps to what was asked for. */
import { pino } from 'pino';
import { UsageError } from '../core/errors.ts';
import { createLog, type Log } from '../relay/logs.ts';

const levels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'];

/** What nobody reads from stderr is dropped beyond this, rather than waited for. */
const PENDING_BYTES = 1_048_576;

export function createLogger(level: string | undefined): Log {
  if (level !== undefined && !levels.includes(level)) {
    throw new UsageError(`Cannot use --log-level: expected one of ${levels.join(', ')}, got "${level}".`);
  }
  const to = pino.destination({ dest: 2, sync: false, maxLength: PENDING_BYTES });
  return createLog({ level: level ?? (process.stderr.isTTY ? 'warn' : 'info'), to });
}

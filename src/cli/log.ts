/** The relay's log: JSON lines on stderr, so that stdout keeps to what was asked for. */
import { type Logger, pino } from 'pino';
import { UsageError } from '../core/errors.ts';

const levels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'];

export function createLogger(level: string | undefined): Logger {
  if (level !== undefined && !levels.includes(level)) {
    throw new UsageError(`Cannot use --log-level: expected one of ${levels.join(', ')}, got "${level}".`);
  }
  return pino({ level: level ?? (process.stderr.isTTY ? 'warn' : 'info') }, pino.destination({ dest: 2, sync: true }));
}

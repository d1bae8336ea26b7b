/** What is told of packets that were dropped: escaped, cut, and never more than a few lines a second. */
import { toHex } from '../../core/bytes.ts';
import type { Drop } from './link.ts';

/** What this room asks of a logger; pino's has it. */
export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const LINES = 20;
const SECOND = 1000;
const SHOWN_UNITS = 120;
const SHOWN_BYTES = 32;

export function createDropLog(log: Logger, now: () => number) {
  let second = 0;
  let lines = 0;
  return (drop: Drop, address: string, bytes: Uint8Array, detail: string): void => {
    if (now() - second >= SECOND) {
      second = now();
      lines = 0;
    }
    if (++lines > LINES) return;
    const start = toHex(bytes.subarray(0, SHOWN_BYTES));
    const fields = { event: 'dropped', why: drop, address, size: bytes.length, start, detail: printable(detail) };
    log.warn(fields, 'Packet dropped');
  };
}

/** One line of visible ASCII, whatever a stranger sent. */
export function printable(text: string): string {
  const cut = text.length > SHOWN_UNITS ? `${text.slice(0, SHOWN_UNITS)}…(${text.length})` : text;
  return cut.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

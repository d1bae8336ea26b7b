/** The log where none is handed in: one JSON object a line, to stdout. */
import { pino } from 'pino';
import type { Logger } from './log.ts';

export const createLog = (): Logger => pino({ base: { name: 'keep' } }, pino.destination(1));

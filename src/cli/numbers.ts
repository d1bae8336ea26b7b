/** Numbers on the command line. */
import { UsageError } from '../core/errors.ts';

export function secondsToMs(name: string, text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (seconds > 0 && seconds <= 86_400) return seconds * 1000;
  throw new UsageError(`Cannot use ${name}: expected seconds from 0.001 to 86400, got "${text}".`);
}

export function countOf(name: string, text: string, greatest: number): number {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (count <= greatest) return count;
  throw new UsageError(`Cannot use ${name}: expected a number from 0 to ${greatest}, got "${text}".`);
}

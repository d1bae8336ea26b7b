/** Posts at one seat in a steady rhythm while something happens, and measures how it came to another. */
import assert from 'node:assert/strict';
import { setTimeout as rest } from 'node:timers/promises';
import type { Seat } from './machine.ts';

export interface Measured {
  /** The longest way of a message that was posted before anything happened, and of one from then on, ms. */
  readonly usualMs: number;
  readonly longestMs: number;
  /** The longest silence at the other end from then on, ms. */
  readonly silenceMs: number;
  readonly messages: number;
}

const EVERY_MS = 40;

/** `happen` comes after so many messages, and is followed by twice as many. */
export async function measure(from: Seat, to: Seat, happen: () => unknown, count = 15): Promise<Measured> {
  const posted = new Map<string, number>();
  const post = async (n: number): Promise<void> => {
    const at = performance.now();
    posted.set(await from.post(`message ${n}`), at);
    await rest(Math.max(0, EVERY_MS - (performance.now() - at)));
  };
  for (let n = 0; n < count; n++) await post(n);
  await to.hears([...posted.keys()]);
  const happened = performance.now();
  await happen();
  for (let n = 0; n < 2 * count; n++) await post(count + n);
  await to.hears([...posted.keys()]);
  const ways = to.heard.flatMap(({ id, at }) => {
    const since = posted.get(id);
    return since === undefined ? [] : [{ since, ms: at - since, at }];
  });
  assert.equal(ways.length, posted.size, 'each message came, and came once');
  const stored = (await to.stored()).filter((id) => posted.has(id));
  assert.equal(stored.length, posted.size, 'each message is stored once');
  const after = ways.filter(({ since }) => since >= happened);
  const times = [happened, ...after.map(({ at }) => at)];
  return {
    usualMs: Math.max(...ways.filter(({ since }) => since < happened).map(({ ms }) => ms)),
    longestMs: Math.max(...after.map(({ ms }) => ms)),
    silenceMs: Math.max(...times.slice(1).map((at, n) => at - (times[n] ?? at))),
    messages: posted.size,
  };
}

export const told = ({ usualMs, longestMs, silenceMs, messages }: Measured): string =>
  `${messages} messages, none lost, none twice; longest way ${longestMs.toFixed(0)} ms (before: ${usualMs.toFixed(0)} ms), longest silence ${silenceMs.toFixed(0)} ms`;

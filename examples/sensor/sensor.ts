/**
 * A sensor that logs for months: one reading after the other into a signed log, a summary each day, and a stick, where
 * one is plugged in, brought up to date. It may lose its power at any moment: what it told is on disk, and it goes on.
 *
 *   npx node --conditions=pipes-source examples/sensor/sensor.ts [folder] [stick] [seconds between] [readings]
 */
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { open } from 'pipes';

const [dataDir = 'data/sensor', stick = '/media/stick', seconds = '3600', count = 'Infinity'] = process.argv.slice(2);
const stop = new AbortController();
process.once('SIGINT', () => stop.abort()).once('SIGTERM', () => stop.abort());

const peer = await open({ dataDir });
const { author, entries } = await peer.logs.own();
console.log(`${author} goes on after ${entries} entries`);

/** The thermometer of this example: a day has 24 readings, the year has seasons. */
const read = (n: number): number =>
  Math.round(10 * (12 - 9 * Math.cos((n / 24 / 365) * 2 * Math.PI) - 4 * Math.cos((n / 24) * 2 * Math.PI))) / 10;

let day: number[] = [];
for (let n = entries; n < entries + Number(count) && !stop.signal.aborted; n++) {
  const celsius = read(n);
  // Published Pigeon clients read no text with a colon, so times go without.
  const { id } = await peer.logs.append('reading', { n: String(n), celsius: String(celsius) });
  day.push(celsius);
  if (day.length === 24) {
    const [least, most] = [Math.min(...day), Math.max(...day)];
    await peer.logs.append('day', { least: String(least), most: String(most), last: id });
    day = [];
    if (existsSync(stick)) await peer.bundles.export(`${stick}/sensor`);
  }
  await pause(Number(seconds) * 1000, undefined, { signal: stop.signal }).catch(() => undefined);
}
console.log(`${(await peer.logs.own()).entries} entries are on disk`);
await peer.close();

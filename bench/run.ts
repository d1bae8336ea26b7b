/**
 * `npm run bench`: measures the budgets, each against a limit in the same run, prints a table and writes bench/results.md
 * part by part. `npm run bench -- memory start` runs those parts alone, and renews theirs.
 */
import { loadavg } from 'node:os';
import { build } from '../tools/build.ts';
import { bond } from './bond.ts';
import { keep } from './keep.ts';
import { latency } from './latency.ts';
import { logs } from './logs.ts';
import { memory } from './memory.ts';
import { page } from './page.ts';
import { pageLoad } from './page-load.ts';
import { peersBulk } from './peers-bulk.ts';
import { peersFirst } from './peers-first.ts';
import { peersGaps } from './peers-gaps.ts';
import { type Load, startLoad } from './processes.ts';
import { writeResults } from './results.ts';
import { sealing } from './sealing.ts';
import { start } from './start.ts';
import { streams } from './streams.ts';
import { type Line, table } from './table.ts';
import { throughput } from './throughput.ts';
import { transports } from './transports.ts';

const parts: Record<string, (load: Load) => Promise<Line[]>> = {
  throughput,
  bond,
  keep,
  latency,
  logs,
  streams,
  memory,
  'peers-first': peersFirst,
  'peers-bulk': peersBulk,
  'peers-gaps': peersGaps,
  sealing,
  start,
  transports,
  page,
  'page-load': pageLoad,
};

const named = process.argv.slice(2);
const strangers = named.filter((name) => !(name in parts));
if (strangers.length > 0) {
  console.error(`Cannot measure ${strangers.join(', ')}: expected ${Object.keys(parts).join(', ')}.`);
  process.exitCode = 2;
} else if (await build((line) => console.error(line))) await run();
else process.exitCode = 1;

async function run(): Promise<void> {
  const before = loadavg()[0] ?? 0;
  const load = startLoad();
  const measured = new Map<string, readonly Line[]>();
  try {
    for (const [name, part] of Object.entries(parts)) {
      if (named.length > 0 && !named.includes(name)) continue;
      console.error(`Measuring ${name} …`);
      measured.set(name, await part(load));
      writeResults(measured, Object.keys(parts), before);
    }
  } finally {
    load.stop();
  }
  console.log(`\n${table([...measured.values()].flat())}\n`);
}

/**
 * `npm run bench`: measures the budgets of the relay, start, rest and page, each against a limit in the same run, prints
 * a table and writes it to bench/results.md. `npm run bench -- memory start` runs those parts alone and writes nothing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, getPriority, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
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
import { type Load, root, startLoad } from './processes.ts';
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
  const lines: Line[] = [];
  try {
    for (const [name, part] of Object.entries(parts)) {
      if (named.length > 0 && !named.includes(name)) continue;
      console.error(`Measuring ${name} …`);
      lines.push(...(await part(load)));
    }
  } finally {
    load.stop();
  }
  console.log(`\n${table(lines)}\n`);
  if (named.length === 0) writeFileSync(join(root, 'bench/results.md'), results(lines, before));
}

function results(lines: readonly Line[], loadBefore: number): string {
  const short = lines.filter(({ met }) => met === false);
  const verdict =
    short.length === 0 ? 'All budgets are met.' : `Short of its budget: ${short.map(({ what }) => what).join('; ')}.`;
  return `# What was measured

Written by \`npm run bench\`, which repeats it; every figure stands beside a limit measured in the same run, so that
ratios can be compared between machines. How and why: [decisions/0009](../decisions/0009-benchmarks.md).

- ${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}; load before the run ${loadBefore.toFixed(2)}, priority ${getPriority()}
- Node ${process.versions.node}, ${['fastify', 'sodium-native'].map((name) => `${name} ${versionOf(name)}`).join(', ')}

${table(lines)}

${verdict}
`;
}

function versionOf(name: string): string {
  const text = readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

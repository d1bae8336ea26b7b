/** bench/results.md: a section for each part, of its own day, so that a run of some parts renews those and no others. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { root } from './processes.ts';
import { type Line, table } from './table.ts';

const FILE = join(root, 'bench/results.md');

const HEAD = `# What was measured

Written by \`npm run bench\`, which repeats it (\`npm run bench -- PART …\` for some parts); every figure stands beside a
limit measured in the same run, so that ratios can be compared between machines. How and why:
[decisions/0009](../decisions/0009-benchmarks.md).
`;

/** `order`: all parts there are; sections of others go. */
export function writeResults(measured: ReadonlyMap<string, readonly Line[]>, order: readonly string[], load: number) {
  const before = sectionsOf(readFileSync(FILE, 'utf8'));
  const sections = order.flatMap((part) => {
    const lines = measured.get(part);
    const section = lines === undefined ? before.get(part) : sectionOf(lines, load);
    return section === undefined ? [] : [`## ${part}\n\n${section}`];
  });
  writeFileSync(FILE, `${[HEAD, ...sections].join('\n')}\n`);
}

function sectionsOf(text: string): ReadonlyMap<string, string> {
  const parts = text.split(/^## /m).slice(1);
  return new Map(
    parts.map((part) => [part.slice(0, part.indexOf('\n')), `${part.slice(part.indexOf('\n')).trim()}\n`]),
  );
}

function sectionOf(lines: readonly Line[], load: number): string {
  const short = lines.flatMap(({ what, met }) => (met === false ? [what] : []));
  const verdict = short.length === 0 ? '' : `\nShort of its budget: ${short.join('; ')}.\n`;
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}`;
  const day = new Date().toISOString().slice(0, 10);
  return `${day}, Node ${process.versions.node}, ${machine}; load before the run ${load.toFixed(2)}\n\n${table(lines)}\n${verdict}`;
}

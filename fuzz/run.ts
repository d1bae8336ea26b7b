/**
 * Runs the fuzz targets: `node fuzz/run.ts [--runs N] [--seed N] [--target name]`; FUZZ_RUNS and FUZZ_SEED do the same.
 * A crasher is written to fuzz/crashers/<target>/, where it stays as a test (fuzz.test.ts). Exit code 1: one was found.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { inputs, survives, type Target } from './target.ts';
import { nameOf, targets } from './targets.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string' }, seed: { type: 'string' }, target: { type: 'string' } },
});
const runs = numberOf(values.runs ?? process.env.FUZZ_RUNS ?? '10000', 'runs');
const seed = numberOf(values.seed ?? process.env.FUZZ_SEED ?? String(Date.now() % 2 ** 31), 'seed');
const chosen = targets.filter(({ name }) => values.target === undefined || name === values.target);
if (chosen.length === 0) {
  console.error(`No target ${values.target}; there are ${targets.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
console.log(`seed ${seed}, ${runs} runs each`);
process.exitCode = chosen.map(run).includes(false) ? 1 : 0;

function run(target: Target): boolean {
  const started = performance.now();
  let read = 0;
  const property = fc.property(inputs(target), (input) => {
    if (survives(target, input)) read++;
  });
  const result = fc.check(property, { numRuns: runs, seed });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${result.failed ? 'FAILED' : 'ok    '}  ${target.name.padEnd(14)} ${read} read, ${seconds} s`);
  if (result.failed) report(target, result.counterexample?.[0], result.errorInstance);
  return !result.failed;
}

function report(target: Target, input: Uint8Array | undefined, error: unknown): void {
  console.error(error);
  if (input === undefined) return;
  const folder = new URL(`./crashers/${target.name}/`, import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(nameOf(input), folder), input);
  console.error(
    `Kept as fuzz/crashers/${target.name}/${nameOf(input)}: ${Buffer.from(input).toString('hex').slice(0, 400)}`,
  );
}

function numberOf(text: string, name: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  console.error(`--${name}: expected a whole number, got ${text}`);
  process.exit(2);
}

/**
 * `npm run check`: everything that must hold before a commit. Each step runs even where an earlier one failed, so
 * that one run tells all. `--static` leaves out what executes the program: tests and examples.
 */
import { spawn } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { checkLayers } from './check-layers.ts';
import { checkRegistry, checkSpec } from './check-spec.ts';
import { root } from './root.ts';

interface Step {
  readonly name: string;
  readonly executes?: boolean;
  /** Resolves to complaints, one a line; what a child process printed stands above them. */
  run(): Promise<string[]>;
}

const steps: readonly Step[] = [
  { name: 'types', run: () => command('node_modules/typescript/bin/tsc', '-b') },
  { name: 'types of tests', run: () => command('node_modules/typescript/bin/tsc', '-p', 'test/tsconfig.json') },
  { name: 'layers', run: async () => checkLayers(root) },
  {
    name: 'lint and format',
    run: () => command('node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings'),
  },
  { name: 'links', run: async () => checkSpec(root) },
  { name: 'registry', run: () => checkRegistry(root) },
  { name: 'examples', executes: true, run: examples },
  { name: 'tests', executes: true, run: () => command('tools/run.js', 'test') },
];

export async function main(args: readonly string[]): Promise<number> {
  const failed: string[] = [];
  for (const step of steps.filter((each) => !(each.executes && args.includes('--static')))) {
    const started = Date.now();
    const complaints = await step.run();
    for (const complaint of complaints) console.error(complaint);
    if (complaints.length > 0) failed.push(step.name);
    console.error(
      `${complaints.length === 0 ? '✓' : '✗'} ${step.name} (${((Date.now() - started) / 1000).toFixed(1)} s)`,
    );
  }
  if (failed.length > 0) console.error(`\nFailed: ${failed.join(', ')}`);
  return failed.length === 0 ? 0 : 1;
}

/** Every examples/<name>/check.ts plays its example through, against a relay of its own, and exits with 0. */
async function examples(): Promise<string[]> {
  const complaints: string[] = [];
  for (const folder of globSync('examples/*/', { cwd: root }).sort()) {
    const check = join(folder, 'check.ts');
    if (existsSync(join(root, check))) complaints.push(...(await command(check)));
    else complaints.push(`${folder}:1  expected a check.ts that plays the example through`);
  }
  return complaints;
}

function command(...args: string[]): Promise<string[]> {
  return new Promise((settle) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', (error) => settle([error.message]));
    child.on('exit', (code) => settle(code === 0 ? [] : [`${args.join(' ')} ended with ${code}`]));
  });
}

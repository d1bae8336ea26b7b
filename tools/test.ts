/**
 * `npm test`: builds what is stale (end-to-end tests need the page), then runs every test under node:test with the
 * reporter whose closing lines ("ℹ tests N" …) people and CI read. Arguments replace the files: `npm test -- src/core`.
 * `--long` runs test/**\/*.long.ts instead: those that take minutes.
 */
import { spawn } from 'node:child_process';
import { existsSync, globSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { build } from './build.ts';
import { root } from './root.ts';

export async function main(args: readonly string[]): Promise<number> {
  if (!(await build((line) => console.error(line)))) {
    console.error('Cannot test: the build failed, see above.');
    return 1;
  }
  const flags = args.filter((arg) => arg.startsWith('-') && arg !== '--long');
  const named = args.filter((arg) => !arg.startsWith('-')).flatMap(testsOf);
  const suite = args.includes('--long') ? longTests : allTests;
  return runTests([...flags, ...(named.length > 0 ? named : suite())]);
}

function allTests(): string[] {
  return globSync(['{src,test,tools,fuzz}/**/*.test.ts'], { cwd: root }).sort();
}

function longTests(): string[] {
  return globSync(['{src,test,fuzz}/**/*.long.ts'], { cwd: root }).sort();
}

function testsOf(path: string): string[] {
  const isFolder = existsSync(join(root, path)) && statSync(join(root, path)).isDirectory();
  return isFolder ? globSync(`${path.replace(/\/$/, '')}/**/*.test.ts`, { cwd: root }).sort() : [path];
}

function runTests(args: string[]): Promise<number> {
  // One more than there are cores: some always wait for a browser or a process.
  const fixed = [
    '--test',
    '--test-reporter=spec',
    `--test-concurrency=${availableParallelism() + 1}`,
    '--test-timeout=240000',
  ];
  return new Promise((settle) => {
    // Hundreds of processes load the same modules: each is compiled once.
    const env = { ...process.env, NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/pipes-compiled') };
    const child = spawn(process.execPath, [...fixed, ...args], { cwd: root, stdio: 'inherit', env });
    child.on('error', () => settle(1));
    child.on('exit', (code) => settle(code ?? 1));
  });
}

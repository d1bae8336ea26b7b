/**
 * Builds what is stale: `tsc -b` to dist/ (JavaScript and types of every room), Vite to dist/ui (the page), side by
 * side. `npm run build` for what is stale; with `-- --clean` all of it from nothing, as a release needs.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { compressDirectory } from './compress.ts';
import { root } from './root.ts';
import { type Build, fingerprint, isStale, wasBuilt, writeStamp } from './stamp.ts';

const settings = ['package.json', 'package-lock.json', 'tsconfig*.json', 'src/**/tsconfig.json', 'tools/build.ts'];

const program: Build = {
  name: 'the program',
  stamp: 'dist/.stamp',
  inputs: [...settings, 'src/**/*.ts', 'src/**/*.tsx'],
  output: 'dist/cli/main.js',
};

const page: Build = {
  name: 'the page',
  stamp: 'dist/ui/.stamp',
  inputs: [...settings, 'vite.config.ts', 'tools/compress.ts', 'src/{ui,open,runtime,core,platform}/**/*'],
  output: 'dist/ui/index.html',
};

export async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--clean'))
    for (const made of ['dist', '.tsbuild']) rmSync(join(root, made), { recursive: true, force: true });
  return (await build((line) => console.error(line))) ? 0 : 1;
}

/** Resolves to whether all that was stale could be built. `say` is told what begins; nothing when nothing is stale. */
export async function build(say: (line: string) => void): Promise<boolean> {
  const stale = [program, page].filter((each) => isStale(root, each));
  if (stale.length === 0) return true;
  say(`Building ${stale.map((each) => each.name).join(' and ')} …`);
  const done = await Promise.all(stale.map((each) => (each === program ? buildProgram() : buildPage())));
  return done.every(Boolean);
}

async function buildProgram(): Promise<boolean> {
  const print = fingerprint(root, program.inputs);
  // Without a stamp dist/ may be gone or half written while .tsbuild/ still takes it for built.
  const force = wasBuilt(root, program) ? [] : ['--force'];
  if (!(await run('node_modules/typescript/bin/tsc', '-b', ...force))) return false;
  writeStamp(root, program, print);
  return true;
}

async function buildPage(): Promise<boolean> {
  const print = fingerprint(root, page.inputs);
  if (!(await run('node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'))) return false;
  await compressDirectory(join(root, 'dist/ui'));
  writeStamp(root, page, print);
  return true;
}

/** Runs one of the tools with this Node. What it prints is for people: stderr, since stdout belongs to the caller. */
function run(...args: string[]): Promise<boolean> {
  return new Promise((settle) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] });
    child.on('error', () => settle(false));
    child.on('exit', (code) => settle(code === 0));
  });
}

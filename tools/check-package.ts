/**
 * `npm run check:package`: packs the package, installs the tarball somewhere else, and uses it there as people do:
 * `npx pipes`, import and require of each subpath, a TypeScript project against its types. `-- --node 24` runs all of it
 * under that release of Node besides. Needs the registry, for the package's own dependencies.
 */
import { type ExecFileSyncOptions, execFileSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './root.ts';

interface Manifest {
  version: string;
  exports: Record<string, unknown>;
  devDependencies: Record<string, string>;
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

/** One name that each subpath must export, so that an empty module does not pass for a working one. */
const expected: Record<string, string> = {
  pipes: 'open',
  'pipes/client': 'PiperClient',
  'pipes/relay': 'startRelay',
  'pipes/agent': 'KeepClient',
  'pipes/core': 'LIMITS',
};

export async function main(args: readonly string[]): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'pipes-package-'));
  try {
    const tarball = pack(directory);
    const consumer = install(directory, tarball);
    checkContents(consumer);
    checkTypes(consumer);
    const releases = args.flatMap((arg, at) => (args[at - 1] === '--node' ? [arg] : []));
    checkUse(consumer, 'the Node at hand', process.execPath);
    for (const release of releases) checkUse(consumer, `Node ${release}`, installNode(directory, release));
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function pack(directory: string): string {
  run(directory, 'npm', ['pack', root, '--silent', '--pack-destination', directory]);
  return join(directory, `pipes-${manifest.version}.tgz`);
}

function install(directory: string, tarball: string): string {
  const consumer = join(directory, 'consumer');
  mkdirSync(consumer);
  writeFileSync(join(consumer, 'package.json'), '{ "name": "consumer", "private": true }\n');
  run(consumer, 'npm', ['install', '--silent', tarball]);
  return consumer;
}

function installNode(directory: string, release: string): string {
  const prefix = join(directory, `node-${release}`);
  mkdirSync(prefix);
  run(prefix, 'npm', ['install', '--silent', '--prefix', prefix, `node@${release}`]);
  return join(prefix, 'node_modules/node/bin/node');
}

function checkContents(consumer: string): void {
  const files = globSync('**/*', { cwd: join(consumer, 'node_modules/pipes'), exclude: ['node_modules'] });
  const strays = files.filter((file) => /\.test\.|\.long\.|tsbuildinfo|\.stamp|^(src|test|tools)\b|\.map$/.test(file));
  if (strays.length > 0) fail(`the tarball without tests and build leftovers`, strays.join(', '));
  for (const needed of ['dist/ui/index.html', 'dist/cli/main.js', 'LICENSE', 'README.md', 'CHANGELOG.md']) {
    if (!files.includes(needed)) fail(`${needed} in the tarball`, 'none');
  }
  console.error(`✓ ${files.length} files and folders in the tarball`);
}

/** A project that knows the package by its types alone, as an ES module and as CommonJS. */
function checkTypes(consumer: string): void {
  const typed = { ...expected, 'pipes/browser': 'open' };
  const project = join(consumer, 'typed');
  mkdirSync(project);
  const lines = Object.entries(typed).map(([path, name], i) => `import { ${name} as name${i} } from '${path}';`);
  const uses = Object.keys(typed).map(
    (_, i) => `export type Type${i} = IsAny<typeof name${i}> extends true ? never : 1;`,
  );
  const checks = Object.keys(typed).map((_, i) => `export const check${i}: Type${i} = 1;`);
  const text = [...lines, 'type IsAny<T> = 0 extends 1 & T ? true : false;', ...uses, ...checks, ''].join('\n');
  for (const extension of ['mts', 'cts']) writeFileSync(join(project, `use.${extension}`), text);
  const options = {
    module: 'nodenext',
    target: 'esnext',
    strict: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*'] }));
  run(project, process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project]);
  console.error('✓ types, imported and required');
}

function checkUse(consumer: string, name: string, node: string): void {
  const said = run(consumer, node, ['node_modules/.bin/pipes', '--version']).trim();
  if (said !== manifest.version) fail(`pipes --version to print ${manifest.version}`, said);
  for (const [path, exported] of Object.entries(expected)) {
    const typeOf = (module: string) =>
      `if (${module}.${exported} === undefined) throw new Error('no ${exported} in ${path}')`;
    run(consumer, node, ['--input-type=module', '-e', typeOf(`(await import('${path}'))`)]);
    run(consumer, node, ['--input-type=commonjs', '-e', typeOf(`require('${path}')`)]);
  }
  const doctor = JSON.parse(run(consumer, node, ['node_modules/.bin/pipes', 'doctor', '--json', '--port', '0'])) as {
    check: string;
    state: string;
  }[];
  const page = doctor.find((finding) => finding.check === 'page');
  if (page?.state !== 'ok') fail('pipes doctor to find the page', JSON.stringify(page));
  console.error(`✓ ${Object.keys(expected).length} subpaths imported and required, and pipes run, under ${name}`);
}

function run(cwd: string, command: string, args: string[]): string {
  const options: ExecFileSyncOptions = { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] };
  try {
    return String(execFileSync(command, args, options));
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(
      `Cannot use the package: "${[command, ...args].join(' ')}" failed\n${stdout ?? ''}${stderr ?? ''}`,
      { cause: error },
    );
  }
}

function fail(wanted: string, got: string): never {
  throw new Error(`Cannot accept the package: expected ${wanted}, got ${got}`);
}

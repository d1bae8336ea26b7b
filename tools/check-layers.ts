/**
 * Holds the layer table of tools/layers.ts against the imports of src/: who may import whom, no cycles, nothing of
 * Node in what runs in a browser, no ambient clock, lots or locale in core and runtime. The compiler's project
 * references hold most of it already; this says which rule was broken, and where.
 */
import { globSync } from 'node:fs';
import { posix } from 'node:path';
import { browserEntries, type Room, roomOf } from './layers.ts';
import { readSource, type Source, type Use } from './source.ts';

/** Lines of the form `file:line  what — the rule`. */
export function checkLayers(root: string): string[] {
  const all = globSync('src/**/*.{ts,tsx}', { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
  const sources = all.map((path) => readSource(root, path));
  const shipped = sources.filter((source) => !isTest(source.path));
  return [
    ...sources.flatMap(checkImports),
    ...shipped.flatMap(checkAmbient),
    ...checkCycles(shipped),
    ...checkBrowser(shipped),
  ];
}

function isTest(path: string): boolean {
  return /\.(test|long)\.tsx?$/.test(path);
}

function problem(source: Source, use: Use, rule: string): string {
  return `${source.path}:${use.line}  ${use.what}: ${rule}`;
}

function checkImports(source: Source): string[] {
  const room = roomOf(source.path);
  if (room === undefined)
    return [`${source.path}:1  expected every file of src/ to belong to a room of tools/layers.ts`];
  return source.imports.flatMap((use) => {
    const rule = isTest(source.path) ? ruleForTests(source, use, room) : ruleBroken(source, use, room);
    return rule === undefined ? [] : [problem(source, use, rule)];
  });
}

function ruleBroken(source: Source, use: Use, room: Room): string | undefined {
  const target = targetOf(source, use);
  if (target !== undefined) return ruleForFile(target, room);
  if (use.what.startsWith('node:')) return room.node ? undefined : `${room.path} knows nothing of Node`;
  const name = packageOf(use.what);
  const isAllowed = room.packages === undefined || room.packages.includes(name);
  return isAllowed ? undefined : `${room.path} may import no package but ${room.packages.join(', ') || 'none'}`;
}

function ruleForFile(target: string, room: Room): string | undefined {
  const inside = (path: string): boolean => target.startsWith(`${path}/`);
  if (inside(room.path) || room.mayImport.some(inside)) return undefined;
  const other = roomOf(target);
  if (other === undefined) return `${room.path} may import from src/ alone`;
  if (other.program) return 'nobody imports a program, but cli, which may start relay and client';
  return `${room.path} may import ${room.mayImport.join(', ') || 'nothing'} and itself`;
}

/** Tests may use any adapter and helper, but a room's test that needs another program belongs into test/. */
function ruleForTests(source: Source, use: Use, room: Room): string | undefined {
  const other = roomOf(targetOf(source, use) ?? '');
  if (!other?.program || other === room || room.path === 'src/cli') return undefined;
  return 'a test that needs another program belongs into test/';
}

/** The file that a relative import names, below the root; undefined for a package. */
function targetOf(source: Source, use: Use): string | undefined {
  return use.what.startsWith('.') ? posix.join(posix.dirname(source.path), use.what) : undefined;
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function checkAmbient(source: Source): string[] {
  const room = roomOf(source.path);
  if (!room?.pure) return [];
  return source.ambient.map((use) =>
    problem(source, use, `${room.path} takes clock and lots through its ports, and knows no locale`),
  );
}

function checkCycles(sources: readonly Source[]): string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) found.push(`${path}:1  ${[...trail.slice(at), path].join(' → ')}: imports make no cycle`);
    const source = byPath.get(path);
    if (at >= 0 || done.has(path) || source === undefined) return;
    for (const target of targetsOf(source)) walk(target, [...trail, path]);
    done.add(path);
  };
  for (const source of sources) walk(source.path, []);
  return found;
}

function targetsOf(source: Source): string[] {
  return [...new Set(source.imports.flatMap((use) => targetOf(source, use) ?? []))];
}

function checkBrowser(sources: readonly Source[]): string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const reached = new Set<string>();
  const walk = (path: string): void => {
    const source = byPath.get(path);
    if (source === undefined || reached.has(path)) return;
    reached.add(path);
    targetsOf(source).forEach(walk);
  };
  for (const path of byPath.keys()) if (browserEntries.some((entry) => path.startsWith(entry))) walk(path);
  return [...reached].flatMap((path) => {
    const source = byPath.get(path);
    const uses = source?.imports.filter((use) => use.what.startsWith('node:')) ?? [];
    return uses.map(
      (use) =>
        `${path}:${use.line}  ${use.what}: it is reached from ${browserEntries.join(' or ')}, which browsers run`,
    );
  });
}

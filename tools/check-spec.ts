/**
 * Holds words to what they point at: every `spec/NN-name.md#anchor` that code or documents cite exists, every
 * relative link of a Markdown file resolves, and spec/registry.json equals src/core/registry.ts.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

const documents = ['*.md', '{spec,decisions,examples,bench,fuzz,test,src}/**/*.md'];
const code = ['{src,test,tools,examples,bench,fuzz}/**/*.{ts,tsx,js}'];

export function checkSpec(root: string): string[] {
  return [
    ...checkIndex(root),
    ...filesOf(root, [...documents, ...code]).flatMap((path) => checkCitations(root, path)),
    ...filesOf(root, documents).flatMap((path) => checkLinks(root, path)),
  ];
}

function filesOf(root: string, patterns: readonly string[]): string[] {
  return globSync([...patterns], { cwd: root, exclude: ['**/node_modules/**'] })
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
}

/** A decision that the index does not name is one that nobody finds. */
function checkIndex(root: string): string[] {
  const index = join(root, 'decisions/README.md');
  const listed = existsSync(index) ? readFileSync(index, 'utf8') : '';
  const records = globSync('decisions/[0-9]*.md', { cwd: root }).map((path) => path.replaceAll('\\', '/'));
  return records.sort().flatMap((path) => {
    const isListed = listed.includes(`](${posix.basename(path)})`);
    return isListed ? [] : [`${path}:1  expected a row in decisions/README.md`];
  });
}

function checkCitations(root: string, path: string): string[] {
  return matches(root, path, /\bspec\/(\d\d-[\w-]+\.md)(?:#([\w-]+))?/g, ([cited, file, anchor]) =>
    brokenTarget(root, `spec/${file}`, anchor, cited),
  );
}

function checkLinks(root: string, path: string): string[] {
  return matches(root, path, /\]\(([^()\s]+)\)/g, ([, link = '']) => {
    if (/^[a-z]+:/.test(link)) return undefined;
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? path : posix.join(posix.dirname(path), file);
    return brokenTarget(root, target, anchor, link);
  });
}

/** Runs `check` over all matches; lines of the form `file:line  complaint`. */
function matches(
  root: string,
  path: string,
  pattern: RegExp,
  check: (match: RegExpExecArray) => string | undefined,
): string[] {
  const text = readFileSync(join(root, path), 'utf8');
  return [...text.matchAll(pattern)].flatMap((match) => {
    const complaint = check(match);
    return complaint === undefined ? [] : [`${path}:${text.slice(0, match.index).split('\n').length}  ${complaint}`];
  });
}

function brokenTarget(root: string, target: string, anchor: string | undefined, cited: string): string | undefined {
  if (!existsSync(join(root, target))) return `${cited}: there is no ${target}`;
  if (anchor === undefined || !target.endsWith('.md') || anchorsOf(join(root, target)).has(anchor)) return undefined;
  return `${cited}: ${target} has no heading #${anchor}`;
}

/** A heading's anchor as Markdown viewers make it. */
function anchorsOf(path: string): Set<string> {
  const prose = readFileSync(path, 'utf8').replace(/^(```|~~~)[\s\S]*?^\1/gm, '');
  const headings = [...prose.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map(([, heading = '']) => heading);
  const plain = (heading: string) => heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
  const explicit = [...prose.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id = '']) => id);
  return new Set([
    ...explicit,
    ...headings.map((each) =>
      plain(each)
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replace(/\s/g, '-'),
    ),
  ]);
}

/** spec/registry.json and its twin in code: `FORMATS`, `LABELS`, `LIMITS`. */
export async function checkRegistry(root: string): Promise<string[]> {
  const written = JSON.parse(readFileSync(join(root, 'spec/registry.json'), 'utf8')) as Record<
    string,
    Record<string, unknown>
  >;
  const inCode = (await import('../src/core/registry.ts')) as unknown as Record<string, Record<string, unknown>>;
  return ['formats', 'labels', 'limits'].flatMap((name) =>
    differences(name, written[name] ?? {}, inCode[name.toUpperCase()] ?? {}),
  );
}

function differences(name: string, written: Record<string, unknown>, inCode: Record<string, unknown>): string[] {
  const keys = [...new Set([...Object.keys(written), ...Object.keys(inCode)])];
  const unequal = keys.filter((key) => !isDeepStrictEqual(written[key], inCode[key]));
  return unequal.map(
    (key) =>
      `spec/registry.json:1  ${name}.${key}: expected ${written[key]} as written, got ${inCode[key]} in src/core/registry.ts`,
  );
}

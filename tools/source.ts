/** Reads a source file's imports, and what it names of the platform, out of its syntax tree. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'vite';

export interface Use {
  /** An import's specifier as written, or a name such as `Date.now`. */
  readonly what: string;
  readonly line: number;
}

export interface Source {
  /** Path below the root, with forward slashes. */
  readonly path: string;
  /** Static, dynamic and type imports, re-exports, and `new URL('./x.ts', import.meta.url)` as workers are named. */
  readonly imports: readonly Use[];
  /** Uses of what draws lots, tells the time or depends on the locale. */
  readonly ambient: readonly Use[];
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

export function readSource(root: string, path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  const { program, errors } = parseSync(path, text);
  if (errors[0] !== undefined) throw new SyntaxError(`Cannot parse ${path}: ${errors[0].message}`);
  const imports: Use[] = [];
  const ambient: Use[] = [];
  visit(program, (node) => {
    const line = (): number => text.slice(0, node.start).split('\n').length;
    const imported = importOf(node);
    if (imported !== undefined) imports.push({ what: imported, line: line() });
    const named = ambientOf(node);
    if (named !== undefined) ambient.push({ what: named, line: line() });
  });
  return { path, imports, ambient };
}

function visit(value: unknown, each: (node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) visit(item, each);
  else if (isNode(value)) {
    each(value);
    for (const field in value) if (typeof value[field] === 'object') visit(value[field], each);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function importOf(node: Node): string | undefined {
  const isImport = /^(Import|Export(All|Named))Declaration$|^ImportExpression$|^TSImportType$/.test(node.type);
  if (isImport) return literal(node.source);
  const isUrl = node.type === 'NewExpression' && isNode(node.callee) && node.callee.name === 'URL';
  const first = isUrl && Array.isArray(node.arguments) ? literal(node.arguments[0]) : undefined;
  return first?.endsWith('.ts') ? first : undefined;
}

function ambientOf(node: Node): string | undefined {
  if (node.type === 'Identifier' && node.name === 'Intl') return 'Intl';
  if (node.type === 'NewExpression' && isNode(node.callee) && node.callee.name === 'Date') {
    return Array.isArray(node.arguments) && node.arguments.length === 0 ? 'new Date()' : undefined;
  }
  if (node.type !== 'MemberExpression' || !isNode(node.object) || !isNode(node.property)) return undefined;
  const property = String(node.property.name ?? literal(node.property));
  const name = `${String(node.object.name)}.${property}`;
  if (['Date.now', 'Math.random', 'performance.now'].includes(name)) return name;
  return /^(localeCompare|toLocale\w+)$/.test(property) ? property : undefined;
}

function literal(node: unknown): string | undefined {
  return isNode(node) && typeof node.value === 'string' ? node.value : undefined;
}

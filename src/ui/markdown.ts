/**
 * The few marks that people use in chat, read into a tree that components draw as elements: **strong**, *emphasis*,
 * ~~struck~~, `code`, fenced code, > quotes, lists, web addresses and @mentions. Nothing is ever markup: what is no
 * mark stays text. Linear in the text, nesting is bounded. A link always shows where it leads, so there are no labels.
 */
import { type Segment, segments } from './clip.ts';

export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string }
  | { readonly kind: 'mention'; readonly text: string }
  | { readonly kind: 'strong' | 'em' | 'strike'; readonly children: readonly Inline[] };

export type Block =
  | { readonly kind: 'text' | 'quote'; readonly children: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'list'; readonly start: number | undefined; readonly items: readonly (readonly Inline[])[] };

/** How long a name stands at the beginning of a text (what follows an @); 0 where none does. */
export type NameAt = (text: string) => number;

const DEPTH = 6;
const FENCE = /^ {0,3}```[^`\n]{0,40}$/;
const QUOTE = /^ {0,3}> ?/;
const BULLET = /^ {0,3}[-*•] (?=\S)/;
const NUMBER = /^ {0,3}(\d{1,9})[.)] (?=\S)/;

export function parseMarkdown(text: string, nameAt: NameAt = () => 0): Block[] {
  const lines = text.split('\n');
  const found: Block[] = [];
  for (let at = 0; at < lines.length; ) at = readBlock(lines, at, found, nameAt);
  return found;
}

/** Reads the block that begins at this line; answers the line after it. */
function readBlock(lines: readonly string[], at: number, found: Block[], nameAt: NameAt): number {
  const line = lines[at] ?? '';
  if (FENCE.test(line)) return readFence(lines, at, found);
  const kind = kindOf(line);
  let end = at + 1;
  while (end < lines.length && kindOf(lines[end] ?? '') === kind) end++;
  const own = lines.slice(at, end);
  if (kind === 'text') {
    const children = parseInline(own.join('\n').replace(/^\n+|\n+$/g, ''), nameAt);
    if (children.length > 0) found.push({ kind, children });
  } else if (kind === 'quote') {
    found.push({ kind, children: parseInline(own.map((each) => each.replace(QUOTE, '')).join('\n'), nameAt) });
  } else {
    const mark = kind === 'bullets' ? BULLET : NUMBER;
    const start = kind === 'bullets' ? undefined : Number(NUMBER.exec(line)?.[1]);
    found.push({ kind: 'list', start, items: own.map((each) => parseInline(each.replace(mark, ''), nameAt)) });
  }
  return end;
}

function kindOf(line: string): 'text' | 'quote' | 'bullets' | 'numbers' | 'fence' {
  if (FENCE.test(line)) return 'fence';
  if (QUOTE.test(line)) return 'quote';
  if (BULLET.test(line)) return 'bullets';
  return NUMBER.test(line) ? 'numbers' : 'text';
}

/** To the closing fence, or to the end where there is none. */
function readFence(lines: readonly string[], at: number, found: Block[]): number {
  let end = at + 1;
  while (end < lines.length && !/^ {0,3}```\s*$/.test(lines[end] ?? '')) end++;
  found.push({ kind: 'code', text: lines.slice(at + 1, end).join('\n') });
  return end + 1;
}

/** Code and addresses first, since no mark counts inside them; then what marks embrace. */
export function parseInline(text: string, nameAt: NameAt = () => 0): Inline[] {
  const tree = createTree();
  for (const piece of codeSpans(text)) {
    if (piece.code) tree.add({ kind: 'code', text: piece.text });
    else for (const segment of segments(piece.text)) readSegment(segment, tree, nameAt);
  }
  return tree.finish();
}

function codeSpans(text: string): { text: string; code: boolean }[] {
  const parts = text.split('`');
  if (parts.length % 2 === 0) parts.splice(-2, 2, parts.slice(-2).join('`'));
  return parts.flatMap((part, index) => {
    const code = index % 2 === 1;
    if (code && part === '') return { text: '``', code: false };
    return part === '' ? [] : { text: part, code };
  });
}

const TOKEN = /\*\*|~~|\*|_|@/g;

function readSegment({ text, href }: Segment, tree: Tree, nameAt: NameAt): void {
  if (href !== undefined) {
    tree.add({ kind: 'link', text, href });
    return;
  }
  let from = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (index < from) continue;
    const before = text[index - 1] ?? '';
    const after = text[index + token.length] ?? '';
    if (token === '@') {
      const length = /[\p{L}\p{N}_.]/u.test(before) ? 0 : nameAt(text.slice(index + 1, index + 1 + NAME_WINDOW));
      if (length === 0) continue;
      tree.addText(text.slice(from, index));
      tree.add({ kind: 'mention', text: text.slice(index, index + 1 + length) });
      from = index + 1 + length;
      continue;
    }
    const opens = isInner(after) && (token !== '_' || !isWord(before));
    const closes = isInner(before) && (token !== '_' || !isWord(after));
    if (!opens && !closes) continue;
    tree.addText(text.slice(from, index));
    tree.mark(token as Mark, opens, closes);
    from = index + token.length;
  }
  tree.addText(text.slice(from));
}

const NAME_WINDOW = 80;
const isInner = (character: string): boolean => character !== '' && !/\s/.test(character);
const isWord = (character: string): boolean => /[\p{L}\p{N}]/u.test(character);

type Mark = '**' | '*' | '_' | '~~';
const KINDS = { '**': 'strong', '*': 'em', _: 'em', '~~': 'strike' } as const;

interface Tree {
  add(node: Inline): void;
  addText(text: string): void;
  mark(mark: Mark, opens: boolean, closes: boolean): void;
  finish(): Inline[];
}

interface Frame {
  readonly mark: Mark | undefined;
  readonly children: Inline[];
}

/** Open marks wait on a stack; one that is never closed turns back into text. */
function createTree(): Tree {
  const stack: Frame[] = [{ mark: undefined, children: [] }];
  const top = (): Frame => stack.at(-1) as Frame;
  const addText = (text: string): void => {
    if (text === '') return;
    const { children } = top();
    const last = children.at(-1);
    if (last?.kind === 'text') children[children.length - 1] = { kind: 'text', text: last.text + text };
    else children.push({ kind: 'text', text });
  };
  const add = (node: Inline): void => (node.kind === 'text' ? addText(node.text) : void top().children.push(node));
  /** The innermost open mark was none. */
  const giveUp = (): void => {
    const { mark = '', children } = stack.pop() as Frame;
    addText(mark);
    for (const child of children) add(child);
  };
  return {
    add,
    addText,
    mark(mark, opens, closes) {
      const at = closes ? stack.findLastIndex((frame) => frame.mark === mark) : -1;
      if (at > 0 && (stack.length - 1 > at || top().children.length > 0)) {
        while (stack.length - 1 > at) giveUp();
        const { children } = stack.pop() as Frame;
        if (children.length > 0) top().children.push({ kind: KINDS[mark], children });
        else addText(mark + mark);
      } else if (opens && stack.length <= DEPTH) stack.push({ mark, children: [] });
      else addText(mark);
    },
    finish() {
      while (stack.length > 1) giveUp();
      return top().children;
    },
  };
}

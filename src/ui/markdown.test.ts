import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Block, type Inline, parseInline, parseMarkdown } from './markdown.ts';

const text = (value: string): Inline => ({ kind: 'text', text: value });

/** What a reader sees, marks gone. */
const shown = (nodes: readonly Inline[]): string =>
  nodes.map((node) => ('children' in node ? shown(node.children) : node.text)).join('');

const depth = (nodes: readonly Inline[]): number =>
  Math.max(0, ...nodes.map((node) => ('children' in node ? 1 + depth(node.children) : 0)));

test('strong, emphasis, struck and code are told from text', () => {
  assert.deepEqual(parseInline('a **b** c'), [text('a '), { kind: 'strong', children: [text('b')] }, text(' c')]);
  assert.deepEqual(parseInline('*x* _y_'), [
    { kind: 'em', children: [text('x')] },
    text(' '),
    { kind: 'em', children: [text('y')] },
  ]);
  assert.deepEqual(parseInline('~~no~~'), [{ kind: 'strike', children: [text('no')] }]);
  assert.deepEqual(parseInline('`**raw**`'), [{ kind: 'code', text: '**raw**' }]);
  assert.deepEqual(parseInline('**a *b* c**'), [
    { kind: 'strong', children: [text('a '), { kind: 'em', children: [text('b')] }, text(' c')] },
  ]);
});

test('what only looks like marks stays as it was typed', () => {
  for (const plain of [
    '2 * 3 * 4',
    'snake_case_name',
    '**',
    '****',
    'a ** b',
    '*open',
    '~~',
    '`',
    'a ` b',
    '_',
    '``',
  ]) {
    assert.deepEqual(parseInline(plain), [text(plain)], plain);
  }
});

test('an address is a link to itself, marks inside it are part of it, and other schemes are text', () => {
  assert.deepEqual(parseInline('see https://example.org/a_b_c now'), [
    text('see '),
    { kind: 'link', text: 'https://example.org/a_b_c', href: 'https://example.org/a_b_c' },
    text(' now'),
  ]);
  for (const bad of ['javascript:alert(1)', 'data:text/html,x', '[click](javascript:alert(1))']) {
    assert.deepEqual(parseInline(bad), [text(bad)]);
  }
});

test('a mention is a known name after an @ that begins a word', () => {
  const nameAt = (rest: string): number => (rest.startsWith('Grace Hopper') ? 12 : 0);
  assert.deepEqual(parseInline('hi @Grace Hopper!', nameAt), [
    text('hi '),
    { kind: 'mention', text: '@Grace Hopper' },
    text('!'),
  ]);
  assert.deepEqual(parseInline('me@Grace Hopper', nameAt), [text('me@Grace Hopper')]);
  assert.deepEqual(parseInline('@Nobody', nameAt), [text('@Nobody')]);
});

test('quotes, lists and fenced code are blocks', () => {
  const blocks = parseMarkdown('before\n> said\n> twice\n- one\n- two\n3. three\n4. four\n```ts\n**raw**\n```\nafter');
  const expected: Block[] = [
    { kind: 'text', children: [text('before')] },
    { kind: 'quote', children: [text('said\ntwice')] },
    { kind: 'list', start: undefined, items: [[text('one')], [text('two')]] },
    { kind: 'list', start: 3, items: [[text('three')], [text('four')]] },
    { kind: 'code', text: '**raw**' },
    { kind: 'text', children: [text('after')] },
  ];
  assert.deepEqual(blocks, expected);
});

test('a fence that is never closed holds the rest', () => {
  assert.deepEqual(parseMarkdown('```\na\nb'), [{ kind: 'code', text: 'a\nb' }]);
});

test('any text is read, markup stays text, nothing but marks is lost, and nesting is bounded', () => {
  const marks = fc.constantFrom(
    '*',
    '**',
    '_',
    '~~',
    '`',
    '@',
    ' ',
    '\n',
    'a',
    '<b>',
    '&amp;',
    'https://a.b/',
    '> ',
    '- ',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(marks, { maxLength: 60 }).map((all) => all.join('')),
      ),
      (value) => {
        const inline = parseInline(value);
        assert.ok(depth(inline) <= 6);
        const bare = (one: string): string => one.replace(/[*_~`]/g, '');
        assert.equal(bare(shown(inline)), bare(value));
        for (const block of parseMarkdown(value)) assert.ok(block.kind.length > 0);
      },
    ),
    { numRuns: 2000 },
  );
});

test('a hundred thousand open marks are read in no time', () => {
  for (const mark of ['*', '**a', '_a ', '~~', '`', '> ', '@a', 'https://', '*a **b ~~c _d ']) {
    const started = performance.now();
    parseMarkdown(mark.repeat(100_000 / mark.length));
    assert.ok(performance.now() - started < 1500, `${mark} took ${performance.now() - started} ms`);
  }
});

/**
 * What the page does with a stranger's text: marks, addresses, mentions, names, names of files, excerpts. Nothing is lost
 * or added, nothing but known kinds comes out, and the time is bounded, also where an input is repeated to great length.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fromUtf8, utf8 } from '../src/core/bytes.ts';
import { DecodeError } from '../src/core/errors.ts';
import { blocks, clip, segments } from '../src/ui/clip.ts';
import { bodyText, fileNameText, fold, nameText } from '../src/ui/display.ts';
import { type Block, type Inline, parseMarkdown } from '../src/ui/markdown.ts';
import { completion, mentions, nameFinder } from '../src/ui/mentions.ts';
import { excerptOf } from '../src/ui/search.ts';
import type { Target } from './target.ts';

const textOf = (input: Uint8Array): string => {
  const text = fromUtf8(input);
  if (text === undefined) throw new DecodeError('text', 'no UTF-8');
  return text;
};

const pieces = fc.constantFrom(
  ...['*', '**', '_', '~~', '`', '```', '\n```js\n', '\n> ', '\n- ', '\n1. ', '\n', ' ', '@', '@Ada', '@Zoë ☕'],
  ...['https://', 'http://a.b/', 'HTTPS://[::1]', '(', ')', ').', '))))', '»', 'javascript:', '<script>', '&lt;'],
  ...[
    '\u202e',
    '\u2066',
    '\u200d',
    '\u0301',
    '\u0000',
    '\u001b[2J',
    '\ufeff',
    '☕',
    '👩‍👩‍👧',
    'ﷺ',
    'İ',
    'word',
    '../',
    '.exe',
  ],
);
const seeds = fc
  .array(fc.oneof({ arbitrary: pieces, weight: 5 }, { arbitrary: fc.string({ unit: 'grapheme' }), weight: 1 }), {
    minLength: 1,
    maxLength: 30,
  })
  .map((parts) => utf8(parts.join('').toWellFormed()));

const people = ['Ada', 'Zoë ☕', 'a b', 'İ', 'https'].map((name, index) => ({
  ...{ key: String(index).repeat(64), name, self: index === 0 },
}));
const nameAt = nameFinder(people);
const HIDDEN = /[\u202a-\u202e\u2066-\u2069]|(?![\n\t])\p{Cc}/u;
const KINDS = new Set(['text', 'code', 'link', 'mention', 'strong', 'em', 'strike']);
const MOST_DEPTH = 6;

const markdown: Target = {
  name: 'markdown',
  seeds,
  check(input) {
    const text = bodyText(textOf(input));
    assert.doesNotMatch(text, HIDDEN);
    assert.equal(bodyText(text), text, 'twice is once');
    checkMarks(text);
    inTime('marks', input, (long) => parseMarkdown(long, nameAt));
    return true;
  },
};

const addresses: Target = {
  name: 'addresses',
  seeds,
  check(input) {
    const text = bodyText(textOf(input));
    const found = segments(text);
    assert.equal(found.map((segment) => segment.text).join(''), text);
    for (const { text: shown, href } of found) if (href !== undefined) checkLink(shown, href);
    assert.equal(blocks(text).join(''), text);
    assert.ok(text.startsWith(clip(text).shown));
    inTime('addresses', input, (long) => [segments(long), blocks(long)]);
    return true;
  },
};

const names: Target = {
  name: 'page-names',
  seeds,
  check(input) {
    const text = textOf(input);
    const name = nameText(text, 'nobody');
    assert.ok(name.length > 0 && name.length <= 65 && !/[\p{Cc}\u202a-\u202e\u2066-\u2069\n]/u.test(name), name);
    const file = fileNameText(text);
    assert.ok(file.length > 0 && file.length <= 120, file);
    assert.doesNotMatch(file, /[/\\:*?"<>|\p{Cc}\u202a-\u202e\u2066-\u2069]|^\.|[. ]$/u);
    const person = { key: 'ab', name: text, self: false };
    completion(text, text.length, [...people, person]);
    mentions(text, name);
    const excerpt = excerptOf(bodyText(text), fold(text).slice(0, 10));
    assert.ok(excerpt === undefined || excerpt.before.length + excerpt.match.length + excerpt.after.length < 400);
    inTime('names', input, (long) => [nameText(long, ''), fileNameText(long), mentions(long, 'ada'), bodyText(long)]);
    return true;
  },
};

export const pageTargets: readonly Target[] = [markdown, addresses, names];

function checkMarks(text: string): void {
  const counted = { units: 0, nodes: 0 };
  for (const block of parseMarkdown(text, nameAt)) count(block, counted);
  assert.ok(counted.units <= text.length, `${counted.units} units came of ${text.length}`);
  assert.ok(counted.nodes <= 2 * text.length + 1, `${counted.nodes} nodes came of ${text.length} units`);
}

function count(block: Block, counted: { units: number; nodes: number }): void {
  counted.nodes++;
  if (block.kind === 'code') counted.units += block.text.length;
  else if (block.kind === 'list') for (const item of block.items) countAll(item, counted, 1);
  else countAll(block.children, counted, 1);
}

function countAll(inlines: readonly Inline[], counted: { units: number; nodes: number }, depth: number): void {
  assert.ok(depth <= MOST_DEPTH + 1, 'too deep');
  for (const inline of inlines) {
    assert.ok(KINDS.has(inline.kind), inline.kind);
    counted.nodes++;
    if ('children' in inline) countAll(inline.children, counted, depth + 1);
    else counted.units += inline.text.length;
    if (inline.kind === 'link') checkLink(inline.text, inline.href);
  }
}

/** It leads where it says: to the web, and to the address that is shown. */
function checkLink(shown: string, href: string): void {
  assert.match(href, /^https?:\/\//);
  assert.equal(new URL(shown).href, href);
}

const CLIPPED = 4000;
const LONG = 100_000;
const MOST_MS = 700;

/**
 * The input over and over, as long as what is shown of a message, and now and then much longer, read in bounded time:
 * the processor's, since tests share it. What is quadratic takes many times as long.
 */
function inTime(what: string, input: Uint8Array, read: (text: string) => unknown): void {
  const text = bodyText(textOf(input));
  if (text === '') return;
  const length = input.reduce((sum, byte) => sum + byte, 0) % 64 === 0 ? LONG : CLIPPED;
  const long = text
    .repeat(Math.ceil(length / text.length))
    .slice(0, length)
    .toWellFormed();
  for (const given of [long, `https://a.b/${long}x`]) {
    const { user } = process.cpuUsage();
    read(given);
    const ms = (process.cpuUsage().user - user) / 1000;
    if (ms > MOST_MS) throw new Error(`Reading ${what} of ${given.length} units took ${ms} ms`);
  }
}

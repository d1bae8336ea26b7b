import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedFromWords } from '../core/identity/words.ts';
import { createWordEntry } from './word-entry.ts';
import { SOME_WORDS } from './workbench/fake-home.ts';

const reading = seedFromWords(SOME_WORDS.join(' '));
assert.equal(reading.kind, 'seed');

function typeAll(words: readonly string[]) {
  const entry = createWordEntry();
  for (const word of words) entry.type(`${word} `);
  return entry;
}

test('words typed one after the other become the seed', () => {
  const entry = typeAll(SOME_WORDS);
  assert.equal(entry.at.value, undefined);
  assert.deepEqual(entry.verdict.value, reading);
});

test('four letters of each are enough, in capitals too', () => {
  assert.deepEqual(typeAll(SOME_WORDS.map((word) => word.slice(0, 4).toUpperCase())).verdict.value, reading);
});

test('all at once are taken from anywhere, numbered or not', () => {
  const entry = createWordEntry();
  entry.type('zoo ');
  entry.type(SOME_WORDS.map((word, index) => `${index + 1}. ${word}`).join('\n'));
  assert.deepEqual(entry.verdict.value, reading);
  assert.deepEqual(entry.entered.value, SOME_WORDS);
});

test('a part is filled in from where one is', () => {
  const entry = createWordEntry();
  entry.type(SOME_WORDS.slice(0, 12).join(' '));
  assert.equal(entry.at.value, 12);
  entry.type(SOME_WORDS.slice(12).join(' '));
  assert.deepEqual(entry.verdict.value, reading);
});

test('more words than there are places are refused, and nothing is lost', () => {
  const entry = createWordEntry();
  entry.type('zoo ');
  entry.type(`${SOME_WORDS.join(' ')} zoo`);
  assert.deepEqual(entry.problem.value, { kind: 'too-many', count: 25 });
  assert.deepEqual(entry.entered.value.slice(0, 2), ['zoo', '']);
});

test('what begins several words waits for more, and names them', () => {
  const entry = createWordEntry();
  entry.type('ab');
  assert.deepEqual(entry.suggestions.value, ['abandon', 'ability', 'able', 'about']);
  entry.take();
  assert.deepEqual(entry.problem.value, { kind: 'several' });
  assert.equal(entry.at.value, 0);
  entry.choose('able');
  assert.deepEqual([entry.at.value, entry.entered.value[0], entry.problem.value], [1, 'able', undefined]);
});

test('a word that others begin with is taken as it is', () => {
  const entry = createWordEntry();
  entry.type('act ');
  assert.deepEqual([entry.at.value, entry.entered.value[0]], [1, 'act']);
});

test('a word that is not in the list stays in the field, with those that may have been meant', () => {
  const entry = createWordEntry();
  entry.type('oceam ');
  assert.equal(entry.typed.value, 'oceam');
  const { value } = entry.problem;
  assert.ok(value?.kind === 'unknown' && value.like.includes('ocean'));
  entry.type('ocean ');
  assert.deepEqual([entry.at.value, entry.problem.value], [1, undefined]);
});

test('a pasted word that is not in the list is where one is led to', () => {
  const entry = createWordEntry();
  entry.type(SOME_WORDS.with(7, 'crystall').join(' '));
  assert.deepEqual([entry.at.value, entry.typed.value], [7, 'crystall']);
  assert.deepEqual(entry.problem.value, { kind: 'unknown', typed: 'crystall', like: ['crystal'] });
  assert.deepEqual(entry.verdict.value, { kind: 'unfinished' });
  entry.type(`${SOME_WORDS[7]} `);
  assert.deepEqual(entry.verdict.value, reading);
});

test('words that do not belong together are found out, and each can be changed', () => {
  const entry = typeAll(SOME_WORDS.with(2, 'zebra'));
  assert.deepEqual(entry.verdict.value, { kind: 'wrong-checksum' });
  entry.edit(2);
  assert.equal(entry.typed.value, 'zebra');
  entry.type(`${SOME_WORDS[2]} `);
  assert.deepEqual(entry.verdict.value, reading);
  assert.equal(entry.at.value, undefined);
});

test('from an empty field one goes back to the word before', () => {
  const entry = createWordEntry();
  entry.back();
  assert.equal(entry.at.value, 0);
  entry.type('zoo ');
  entry.back();
  assert.deepEqual([entry.at.value, entry.typed.value], [0, 'zoo']);
  entry.back();
  assert.equal(entry.typed.value, 'zoo');
  entry.clear();
  assert.deepEqual([entry.typed.value, entry.entered.value[0]], ['', '']);
});

test('a megabyte is cut before it is looked at', () => {
  const entry = createWordEntry();
  entry.type('a'.repeat(1_000_000));
  assert.ok(entry.typed.value.length <= 400);
});

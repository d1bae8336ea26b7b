import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emoji, findEmoji, named } from './emoji.ts';
import { emojiNames as arabic } from './text/ar/emoji.ts';
import { emojiNames as german } from './text/de/emoji.ts';

test('each emoji is one picture with a name, and stands once', () => {
  const segmenter = new Intl.Segmenter('en');
  for (const { text, name } of emoji) {
    assert.equal([...segmenter.segment(text)].length, 1, text);
    assert.match(text, /\p{Extended_Pictographic}/u);
    assert.match(name, /^[a-z ]+$/);
  }
  assert.equal(new Set(emoji.map(({ text }) => text)).size, emoji.length);
});

test('they are found by the beginnings of their words', () => {
  assert.ok(findEmoji('thu up').some(({ text }) => text === '👍'));
  assert.deepEqual(findEmoji('zzzz'), []);
  assert.equal(findEmoji(' ').length, emoji.length);
});

test('each has a name in every language, and is found by it and by the English one', () => {
  for (const [list, letters, thumb] of [
    [german, /^[a-zäöüß ]+$/, 'daumen hoch'],
    [arabic, /^[\p{Script=Arabic} ]+$/u, 'إبهام أعلى'],
  ] as const) {
    const all = named(list);
    assert.deepEqual(
      list.split('|').map((entry) => entry.split(' ')[0]),
      emoji.map(({ text }) => text),
    );
    for (const { name, text } of all) assert.match(name, letters, text);
    for (const query of [thumb, 'thumb']) assert.ok(findEmoji(query, all).some(({ text }) => text === '👍'));
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emoji, findEmoji } from './emoji.ts';

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

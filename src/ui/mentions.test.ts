import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complete, completion, isMentionOf, mentions, nameFinder } from './mentions.ts';

const person = (name: string, self = false) => ({ key: name, name, self });
const people = [person('Ada', true), person('Grace'), person('Grace Hopper'), person('Konrad'), person('أمل')];

test('the longest name that stands there is meant, whatever its case, and no part of a word', () => {
  const nameAt = nameFinder(people);
  assert.equal(nameAt('grace hopper, hello'), 12);
  assert.equal(nameAt('Grace and Konrad'), 5);
  assert.equal(nameAt('Graceful'), 0);
  assert.equal(nameAt('nobody'), 0);
  assert.equal(nameAt('أمل!'), 3);
});

test('a mention is of whoever bears that name', () => {
  assert.equal(isMentionOf('@ADA', 'Ada'), true);
  assert.equal(isMentionOf('@Grace', 'Grace Hopper'), false);
  assert.equal(mentions('well, @ada, what now', 'Ada'), true);
  assert.equal(mentions('ada', 'Ada'), false);
});

test('what is being typed after an @ is completed from those who can read', () => {
  const found = completion('hello @gr', 9, people);
  assert.deepEqual(
    found?.people.map(({ name }) => name),
    ['Grace', 'Grace Hopper'],
  );
  assert.deepEqual(
    completion('@hop', 4, people)?.people.map(({ name }) => name),
    ['Grace Hopper'],
  );
  assert.deepEqual(found && complete('hello @gr, you', found, 'Grace'), { text: 'hello @Grace , you', cursor: 13 });
  assert.equal(completion('@', 1, people)?.people.length, 4);
});

test('an @ inside a word, in the line before or with nobody behind it completes nothing', () => {
  for (const text of ['me@gr', '@gr\nx', '@zzz', '@  gr', 'no at all']) {
    assert.equal(completion(text, text.length, people), undefined, text);
  }
  assert.equal(completion('@Konrad ', 8, people), undefined, 'a whole name and a space are done');
});

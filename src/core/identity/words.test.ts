import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromHex } from '../bytes.ts';
import { isListedWord, seedFromWords, wordsBeginning, wordsFromSeed, wordsLike } from './words.ts';

const SEED = fromHex('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f') as Uint8Array;

test('the published BIP 39 vectors of 32 bytes hold', () => {
  assert.equal(wordsFromSeed(new Uint8Array(32)).join(' '), `${'abandon '.repeat(23)}art`);
  assert.equal(wordsFromSeed(new Uint8Array(32).fill(0xff)).join(' '), `${'zoo '.repeat(23)}vote`);
});

test('every seed is 24 words, which read back as the seed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (seed) => {
      const words = wordsFromSeed(seed);
      assert.equal(words.length, 24);
      assert.deepEqual(seedFromWords(words.join(' ')), { kind: 'seed', seed });
    }),
  );
});

test('words are read as people type them: capitals, lines, commas, numbers in front', () => {
  const words = wordsFromSeed(SEED);
  const list = words.map((word, i) => `${i + 1}. ${word.toUpperCase()},`).join('\r\n');
  assert.deepEqual(seedFromWords(`  ${list}\n`), { kind: 'seed', seed: SEED });
});

test('what is wrong is said: how many words, which ones, or that one was exchanged', () => {
  const words = wordsFromSeed(SEED);
  assert.deepEqual(seedFromWords(''), { kind: 'wrong-count', count: 0 });
  assert.deepEqual(seedFromWords(words.slice(1).join(' ')), { kind: 'wrong-count', count: 23 });
  assert.deepEqual(seedFromWords(words.with(2, 'pipes').with(23, 'ünknown').join(' ')), {
    kind: 'unknown-words',
    positions: [3, 24],
  });
  assert.deepEqual(seedFromWords(words.with(0, 'zoo').join(' ')), { kind: 'wrong-checksum' });
});

test('a seed of another size has no words', () => {
  for (const length of [0, 16, 31, 33]) assert.throws(() => wordsFromSeed(new Uint8Array(length)), RangeError);
});

test('a word is known by its first letters, four at most', () => {
  assert.deepEqual(wordsBeginning('aban', 4), ['abandon']);
  assert.deepEqual(wordsBeginning('ab', 4), ['abandon', 'ability', 'able', 'about']);
  assert.deepEqual(wordsBeginning('act', 9), ['act', 'action', 'actor', 'actress', 'actual']);
  assert.deepEqual([wordsBeginning('', 4), wordsBeginning('qq', 4)], [[], []]);
  assert.deepEqual([isListedWord('zoo'), isListedWord('zo'), isListedWord('constructor')], [true, false, false]);
});

test('a slip of the pen leads to the word that was meant', () => {
  for (const slip of ['oceam', 'ocan', 'occean', 'ocaen', 'cean'])
    assert.ok(wordsLike(slip, 9).includes('ocean'), slip);
  assert.deepEqual(wordsLike('qqqqq', 4), []);
  assert.equal(wordsLike('a', 3).length, 0);
});

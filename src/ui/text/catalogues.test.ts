import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ar } from './ar/index.ts';
import { categories as arabic } from './ar/speech.ts';
import { de } from './de/index.ts';
import { categories as german } from './de/speech.ts';
import { en } from './en/index.ts';
import { categories as english } from './en/speech.ts';
import { LANGUAGES } from './preferred.ts';

const CATALOGUES: Record<string, object> = { en, de, ar };
/** One number of each plural form that any of the languages has. */
const COUNTS = [0, 1, 2, 3, 11, 100, 1_000_000];
/** Those that want more than texts and numbers, with what they are given. */
const SAMPLES: Record<string, unknown[][]> = {
  roster: ['joined', 'left', 'new-key'].map((kind) => [{ kind }, 'Grace']),
  delivery: [[{ state: 'queued' }], [{ state: 'sent' }], [{ state: 'failed', error: 'the relay said no' }]],
  lock: [
    [{ state: 'open', readers: 2 }],
    ...['before-you-joined', 'not-for-you', 'damaged', 'newer-version'].map((reason) => [{ state: 'sealed', reason }]),
    [{ state: 'plain', signed: true }],
    [{ state: 'plain', signed: false }],
  ],
  sealed: COUNTS.map((count) => [{ reason: 'before-you-joined' }, count]),
  sealedWhy: [[{ reason: 'damaged' }]],
  connection: ['online', 'local', 'connecting', 'offline'].map((connection) => [{ connection }]),
  reason: [['this device has no network'], ['something else']],
  offline: [['this device has no network'], ['something else'], [undefined]],
};
/** The same in every language, and rightly so. */
const SAME = /^(product|invite\.link|keys\.names\..*)$/;

test('every language on the list has a catalogue, and no other has', () => {
  assert.deepEqual(Object.keys(CATALOGUES).toSorted(), LANGUAGES.map(({ tag }) => tag as string).toSorted());
});

for (const [tag, catalogue] of Object.entries(CATALOGUES)) {
  test(`${tag} says all that English says, with the same parameters`, () => {
    assert.deepEqual(shape(catalogue), shape(en));
  });

  test(`no sentence of ${tag} is empty, unfinished or left in English`, () => {
    const originals = new Map(sentences(en));
    for (const [path, said] of sentences(catalogue)) {
      assert.match(said, /\S/, `${path} is empty`);
      assert.doesNotMatch(said, /undefined|NaN|\[object|# /, `${path}: ${said}`);
      if (tag === 'en' || SAME.test(path)) continue;
      if (!path.includes('(')) assert.notEqual(said, originals.get(path), `${path} is not translated`);
      if (tag === 'ar' && !path.includes('(')) assert.match(said, /\p{Script=Arabic}/u, `${path} has no Arabic letter`);
    }
  });

  test(`a number that English says is said in ${tag}, but for those that have a word of their own`, () => {
    const found = new Map(sentences(catalogue));
    for (const [path, said] of sentences(en)) {
      if (!/\((3|11|100)[,)]/.test(path) || !/\b(3|11|100)\b/.test(said)) continue;
      assert.match(found.get(path) ?? '', /\p{Nd}/u, `${path}: ${found.get(path)}`);
    }
  });
}

test('plural forms are those that the language has', () => {
  for (const [tag, forms] of Object.entries({ en: english, de: german, ar: arabic })) {
    assert.deepEqual([...forms].toSorted(), new Intl.PluralRules(tag).resolvedOptions().pluralCategories.toSorted());
  }
});

/** Each key with what it holds: a sentence, or a function of so many parameters. */
function shape(value: unknown, path = ''): string[] {
  if (typeof value === 'function') return [`${path}: function of ${value.length}`];
  if (typeof value !== 'object' || value === null) return [`${path}: ${typeof value}`];
  return Object.entries(value)
    .flatMap(([key, each]) => shape(each, `${path}.${key}`))
    .toSorted();
}

/** Everything a catalogue can say, with where it stands and what its function was given. */
function sentences(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') {
    const given = SAMPLES[path] ?? COUNTS.map((count) => Array(value.length).fill(count));
    return given.map((values) => [`${path}(${values.map((each) => JSON.stringify(each))})`, value(...values)]);
  }
  return Object.entries(value as object).flatMap(([key, each]) =>
    sentences(each, path === '' ? key : `${path}.${key}`),
  );
}

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FORMATS, LABELS, LIMITS } from '../src/core/registry.ts';
import { blocksOf, makeVectors, toJson } from './spec-vectors.ts';

const spec = new URL('../spec/', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, spec), 'utf8');
const documents = readdirSync(spec).filter((name) => name.endsWith('.md'));
const vectors = await makeVectors();

test('the registry says the same in spec/ and in code', () => {
  const { formats, labels, limits } = JSON.parse(read('registry.json'));
  assert.deepEqual({ formats, labels, limits }, { formats: FORMATS, labels: LABELS, limits: LIMITS });
  assert.equal(new Set(Object.values(LABELS)).size, Object.keys(LABELS).length, 'each label is used once');
});

for (const [file, content] of Object.entries(vectors)) {
  test(`spec/vectors/${file}.json holds what the code makes`, () => {
    assert.deepEqual(JSON.parse(read(`vectors/${file}.json`)), JSON.parse(toJson(content)));
  });
}

test('the worked bytes in the text are those of the vectors', () => {
  const blocks = documents.flatMap((name) => blocksOf(read(name), vectors));
  assert.ok(blocks.length >= 20, `only ${blocks.length} worked examples found`);
  for (const { name, shown, expected } of blocks) assert.equal(shown, expected, name);
});

test('requirements are numbered without gaps or repeats', () => {
  for (const name of documents.filter((one) => /^(0[013-9]|1\d)/.test(one))) {
    const numbers = [...read(name).matchAll(/^\*\*([A-Z]+)-(\d+)\*\*/gm)].map(([, , number]) => Number(number));
    assert.deepEqual(
      numbers,
      Array.from({ length: numbers.length }, (_, i) => i + 1),
      name,
    );
    assert.ok(numbers.length > 3, `${name} has requirements`);
  }
});

test('limits that the text spells out are those of the registry', () => {
  const quoted = documents.flatMap((name) =>
    [...read(name).matchAll(/(\d[\d,]*)[^.|\d]{0,40}?\(`limits\.(\w+)`\)/g)].map(([, number = '', limit = '']) => ({
      name,
      limit,
      number: Number(number.replaceAll(',', '')),
    })),
  );
  assert.ok(quoted.length >= 10, `only ${quoted.length} limits found`);
  for (const { name, limit, number } of quoted) {
    assert.equal(number, (LIMITS as Record<string, number>)[limit], `${name}: limits.${limit}`);
  }
});

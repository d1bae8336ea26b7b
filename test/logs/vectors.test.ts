/** Imports of the vectors of spec/02-pigeon.md: what comes in and what is refused is what the specification says. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { collect, createTestLogs } from './support.ts';

interface Vector {
  readonly file: string;
  readonly tries: string;
  readonly given?: { blocked?: string[] };
  readonly expect: { ids?: string[]; refused?: { reason: string; line: number; depth?: number }[] };
}

const folder = new URL('../../spec/vectors/pigeon/', import.meta.url);
const { vectors }: { vectors: Vector[] } = JSON.parse(readFileSync(new URL('index.json', folder), 'utf8'));

test('every vector that is a bundle comes in as far as the specification says', async () => {
  const bundles = vectors.filter(({ tries }) => tries === 'bundle');
  assert.ok(bundles.length > 100);
  for (const { file, given, expect } of bundles) {
    const { logs } = await createTestLogs();
    for (const author of given?.blocked ?? []) await logs.block(author);
    const report = await logs.importEntries([readFileSync(new URL(file, folder))]);
    const ids = (await collect(logs.entries())).map(({ id }) => id);
    assert.deepEqual(ids.sort(), [...(expect.ids ?? [])].sort(), file);
    const expected = expect.refused ?? [];
    assert.equal(report.refusedCount, expected.length, `${file}: ${JSON.stringify(report.refused)}`);
    for (const { reason, line } of report.refused) {
      assert.ok(
        expected.some((each) => each.reason === reason && each.line === line),
        `${file}: ${reason} in line ${line}, expected ${JSON.stringify(expected)}`,
      );
    }
  }
});

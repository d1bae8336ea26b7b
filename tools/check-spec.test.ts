import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { checkSpec } from './check-spec.ts';

function complaints(files: Record<string, string>): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'pipes-links-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    return checkSpec(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

// Written in two parts, so that the check of this very file does not take them for its own citations.
const cite = (rest: string): string => `spec/${rest}`;

describe('the link check', () => {
  it('takes citations and links that resolve', () => {
    const found = complaints({
      [cite('01-one.md')]: '# One\n\n## Signed bytes, sorted\n\n[back](../README.md#the-start)\n',
      'README.md': `## The start\n[one](${cite('01-one.md')}), [there](#the-start), [out](https://example.org/x#y)\n`,
      'src/core/a.ts': `/** See ${cite('01-one.md#signed-bytes-sorted')}. */\n`,
    });
    assert.deepEqual(found, []);
  });

  it('finds a citation of a file or a heading that is not there', () => {
    const found = complaints({
      [cite('01-one.md')]: '# One\n```\n# not a heading\n```\n',
      'src/a.ts': `// ${cite('02-two.md')}\n// ${cite('01-one.md#two')}\n// ${cite('01-one.md#not-a-heading')}\n`,
    });
    assert.deepEqual(
      found.map((line) => line.split('  ')[0]),
      ['src/a.ts:1', 'src/a.ts:2', 'src/a.ts:3'],
    );
    assert.match(found[1] ?? '', /no heading #two/);
  });

  it('finds a broken link between documents', () => {
    const [found, ...others] = complaints({ 'decisions/README.md': '\n[gone](0009-gone.md)\n' });
    assert.match(found ?? '', /^decisions\/README\.md:2 .*there is no decisions\/0009-gone\.md/);
    assert.deepEqual(others, []);
  });

  it('finds a decision that the index leaves out', () => {
    const files = {
      'decisions/README.md': '[one](0001-one.md)',
      'decisions/0001-one.md': '',
      'decisions/0002-two.md': '',
    };
    assert.deepEqual(complaints(files), ['decisions/0002-two.md:1  expected a row in decisions/README.md']);
  });
});

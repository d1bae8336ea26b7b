import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { checkLayers } from './check-layers.ts';
import { root } from './root.ts';

/** Complaints about a tree of these files. */
function complaints(files: Record<string, string>): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'pipes-layers-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    return checkLayers(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe('the layer check', () => {
  it('finds nothing in this tree', () => {
    assert.deepEqual(checkLayers(root), []);
  });

  it('says file, line and rule of an import against the arrows', () => {
    const found = complaints({
      'src/core/a.ts': "// first line\nimport { b } from '../runtime/b.ts';\nexport const a = b;\n",
      'src/runtime/b.ts': 'export const b = 1;\n',
    });
    assert.deepEqual(found, ['src/core/a.ts:2  ../runtime/b.ts: src/core may import nothing and itself']);
  });

  for (const statement of [
    "import type { Relay } from '../relay/relay.ts';",
    "export * from '../relay/relay.ts';",
    "const relay = await import('../relay/relay.ts');",
    "let relay: import('../relay/relay.ts').Relay;",
    "new Worker(new URL('../relay/relay.ts', import.meta.url));",
  ]) {
    it(`lets nobody import a program by: ${statement}`, () => {
      const [found, ...others] = complaints({ 'src/client/client.ts': statement, 'src/relay/relay.ts': '' });
      assert.match(found ?? '', /^src\/client\/client\.ts:1 .*nobody imports a program/);
      assert.deepEqual(others, []);
    });
  }

  it('lets cli start a relay', () => {
    assert.deepEqual(complaints({ 'src/cli/up.ts': "import '../relay/relay.ts';", 'src/relay/relay.ts': '' }), []);
  });

  it('keeps Node and packages out of the core', () => {
    const found = complaints({ 'src/core/a.ts': "import 'node:fs';\nimport 'fastify';\nimport '@scure/bip39';\n" });
    assert.equal(found.length, 2);
    assert.match(found[0] ?? '', /a\.ts:1 {2}node:fs: .*knows nothing of Node/);
    assert.match(found[1] ?? '', /a\.ts:2 {2}fastify: .*no package but @scure\/bip39/);
  });

  it('keeps Node out of what a browser reaches through others', () => {
    const found = complaints({
      'src/open/browser.ts': "import './shared.ts';",
      'src/open/shared.ts': "import 'node:path';",
      'src/open/node.ts': "import 'node:fs';",
    });
    assert.equal(found.length, 1);
    assert.match(found[0] ?? '', /^src\/open\/shared\.ts:1 {2}node:path: .*browsers run/);
  });

  it('finds clock, lots and locale in core and runtime, and nowhere else', () => {
    const text = [
      'Date.now();',
      'Math.random();',
      '"a".localeCompare("b");',
      'new Intl.Collator();',
      'new Date();',
      'new Date(0);',
      '// Date.now()',
      '1..toLocaleString();',
    ].join('\n');
    const lines = (path: string) =>
      complaints({ [path]: text }).map((line) => Number(line.split(':')[1]?.split(' ')[0]));
    assert.deepEqual(lines('src/core/a.ts'), [1, 2, 3, 4, 5, 8]);
    assert.deepEqual(lines('src/runtime/a.ts'), [1, 2, 3, 4, 5, 8]);
    assert.deepEqual(lines('src/relay/a.ts'), []);
    assert.deepEqual(lines('src/core/a.test.ts'), []);
  });

  it('finds a cycle and names its way round', () => {
    const found = complaints({
      'src/core/a.ts': "import './b.ts';",
      'src/core/b.ts': "import './c.ts';",
      'src/core/c.ts': "import './a.ts';",
    });
    assert.deepEqual(found, [
      'src/core/a.ts:1  src/core/a.ts → src/core/b.ts → src/core/c.ts → src/core/a.ts: imports make no cycle',
    ]);
  });

  it('finds a file that belongs to no room', () => {
    assert.match(complaints({ 'src/stray/a.ts': '' })[0] ?? '', /^src\/stray\/a\.ts:1 .*belong to a room/);
  });
});

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { readEndpoints, writeEndpoint } from './endpoints.ts';

function file(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'pipes-endpoints-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'keep', 'endpoints.json');
}

const endpoint = (port: number, version = '0.5.0') => ({
  ...{ host: 'localhost', port, version },
  ...{ agents_online: 1, last_seen: '2026-01-02T03:04:05.000Z' },
});

describe('remembered servers', () => {
  it('are kept in the published form, in the order in which they were found', async (t) => {
    const path = file(t);
    for (const port of [1, 2]) await writeEndpoint(endpoint(port), path);
    assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), { endpoints: [endpoint(1), endpoint(2)] });
    assert.deepEqual(await readEndpoints(path), [endpoint(1), endpoint(2)]);
  });

  it('are renewed in their place', async (t) => {
    const path = file(t);
    for (const each of [endpoint(1), endpoint(2), endpoint(1, '0.6.0')]) await writeEndpoint(each, path);
    assert.deepEqual(
      (await readEndpoints(path)).map(({ version }) => version),
      ['0.6.0', '0.5.0'],
    );
  });

  it('are none where the file is damaged or holds something else', async (t) => {
    const path = file(t);
    assert.deepEqual(await readEndpoints(path), []);
    await writeEndpoint(endpoint(1), path);
    for (const text of [
      '{',
      '[]',
      '{"endpoints": 3}',
      '{"endpoints": [{"host": 1}, null, {"host": "a", "port": 70000}]}',
    ]) {
      writeFileSync(path, text);
      assert.deepEqual(await readEndpoints(path), []);
    }
  });
});

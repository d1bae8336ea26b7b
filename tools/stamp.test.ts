import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { type Build, fingerprint, isStale, wasBuilt, writeStamp } from './stamp.ts';

const build: Build = { name: 'it', stamp: 'out/.stamp', inputs: ['in/**/*'], output: 'out/it' };

describe('a build stamp', () => {
  const root = mkdtempSync(join(tmpdir(), 'pipes-stamp-'));
  after(() => rmSync(root, { recursive: true }));
  beforeEach(() => {
    for (const name of ['in', 'out']) rmSync(join(root, name), { recursive: true, force: true });
    for (const name of ['in', 'out']) mkdirSync(join(root, name));
    writeFileSync(join(root, 'in/a'), 'a');
    writeFileSync(join(root, 'out/it'), 'built');
    writeStamp(root, build, fingerprint(root, build.inputs));
  });

  it('holds while nothing changes, whatever the times say', () => {
    utimesSync(join(root, 'in/a'), 1, 1);
    assert.equal(isStale(root, build), false);
  });

  it('is stale after a change, a new file, a rename and a deletion', () => {
    const print = fingerprint(root, build.inputs);
    const changes: (() => void)[] = [
      () => writeFileSync(join(root, 'in/a'), 'b'),
      () => writeFileSync(join(root, 'in/b'), ''),
      () => rmSync(join(root, 'in/a')),
      () => writeFileSync(join(root, 'in/c'), 'b'),
    ];
    const prints = changes.map((change) => {
      change();
      assert.equal(isStale(root, build), true);
      return fingerprint(root, build.inputs);
    });
    assert.equal(new Set([print, ...prints]).size, 5);
  });

  it('does not heed tests', () => {
    writeFileSync(join(root, 'in/a.test.ts'), '');
    assert.equal(isStale(root, build), false);
  });

  it('is gone with what was built', () => {
    rmSync(join(root, 'out/it'));
    assert.equal(wasBuilt(root, build), false);
    assert.equal(isStale(root, build), true);
  });
});

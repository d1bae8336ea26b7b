import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { DecodeError } from '../src/core/errors.ts';
import { inputs, survives, type Target } from './target.ts';
import { targets } from './targets.ts';

const RUNS = 500;

for (const target of targets) {
  test(`${target.name} reads or refuses whatever it is given`, () => {
    let read = 0;
    let refused = 0;
    const property = fc.property(inputs(target), (input) => {
      if (survives(target, input)) read++;
      else refused++;
    });
    fc.assert(property, { numRuns: RUNS });
    assert.ok(read > 0, 'no input was read: the seeds are not valid');
    assert.ok(refused > 0, 'no input was refused: nothing was damaged');
  });

  const folder = new URL(`./crashers/${target.name}/`, import.meta.url);
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    test(`${target.name} survives ${name}, which once broke it`, () => {
      survives(target, readFileSync(new URL(name, folder)));
    });
  }
}

test('a target that breaks its promise is found', () => {
  const seeds = fc.constant(Uint8Array.of(1));
  const broken = (check: Target['check']): Target => ({ name: 'broken', seeds, check });
  const found = (target: Target) =>
    fc.check(fc.property(inputs(target), (input) => void survives(target, input))).failed;
  const refusing = broken(() => {
    throw new DecodeError('field', 'no');
  });
  const crashing = broken(() => {
    throw new TypeError('oops');
  });
  assert.equal(found(refusing), false);
  assert.equal(found(crashing), true);
});

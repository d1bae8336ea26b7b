import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { StoreOp, StoreOutcome } from '../../core/ports.ts';
import { packBatch, packOutcomes, unpackBatch, unpackOutcomes } from './store-packing.ts';

const append = fc.record({
  op: fc.constant('append' as const),
  author: fc.constantFrom('aa'.repeat(32), 'bb'.repeat(32)),
  depth: fc.nat(),
  id: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  dialect: fc.constantFrom('2020-04' as const, '2020-06' as const, '2020-12' as const),
  kind: fc.string(),
  bytes: fc.uint8Array({ maxLength: 99 }),
  received: fc.nat(),
  verified: fc.boolean(),
});
const other = fc.record({
  op: fc.constant('put' as const),
  space: fc.string(),
  key: fc.string(),
  value: fc.string(),
});

const plain = <T extends object>(items: readonly T[]): T[] => items.map((item) => ({ ...item }));

test('a batch comes out of its packed form as it went in, copied between threads or not', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof({ weight: 4, arbitrary: append }, other), { maxLength: 60 }), (batch: StoreOp[]) => {
      assert.deepEqual(plain(unpackBatch(structuredClone(packBatch(batch)))), plain(batch));
    }),
  );
});

test('outcomes come out of their packed form as they went in', () => {
  const outcome: fc.Arbitrary<StoreOutcome> = fc.oneof(
    fc.record({ outcome: fc.constant('inserted' as const), arrival: fc.nat(3) }),
    fc.record({ outcome: fc.constant('done' as const) }),
  );
  fc.assert(
    fc.property(fc.array(outcome, { maxLength: 20 }), (outcomes) => {
      assert.deepEqual(plain(unpackOutcomes(packOutcomes(outcomes))), plain(outcomes));
    }),
  );
  const row = Array.from({ length: 500 }, (_, i): StoreOutcome => ({ outcome: 'inserted', arrival: 7 + i }));
  assert.deepEqual(packOutcomes(row), { first: 7, count: 500 });
  assert.deepEqual(unpackOutcomes(packOutcomes(row)), row);
});

/** Random histories: an adapter shows the same state as the memory adapter after every step. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import type { Store, StoreOp } from '../../src/core/ports.ts';
import { createMemoryStore } from '../../src/platform/memory/store.ts';
import { appendOp, authorOf, fakeClock, freshPlace, idOf, placeOp, type StoreAdapter } from './store-fixtures.ts';

type Step =
  | { step: 'commit'; batch: StoreOp[] }
  | { step: 'later'; ms: number }
  | { step: 'sweep' }
  | { step: 'reopen' };

/** Few names, ids and times, so that histories collide as often as they can. */
const scope = fc.constantFrom('channel:a', 'channel:b', 'mailbox:a');
const small = fc.integer({ min: 0, max: 5 });
const letter = fc.constantFrom('a', 'b');
const operation: fc.Arbitrary<StoreOp> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .record({ scope, n: small, time: small, received: small, expires: fc.constantFrom(0, 0, 1004, 1008) })
      .map(({ n, ...fields }) => placeOp(n, fields)),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({ scope, n: small, time: small })
      .map(({ n, ...at }): StoreOp => ({ op: 'remove', ...at, id: idOf(n) })),
  },
  fc
    .record({ n: small, value: fc.string({ unit: 'binary-ascii', maxLength: 3 }), ifAbsent: fc.boolean() })
    .map(({ n, value, ifAbsent }): StoreOp => {
      return { op: 'put', space: 's', key: `k${n}`, value: value.replaceAll('\0', ''), ifAbsent };
    }),
  small.map((n): StoreOp => ({ op: 'delete', space: 's', key: `k${n}` })),
  {
    weight: 8,
    arbitrary: fc
      .record({
        author: letter,
        depth: small,
        verified: fc.boolean(),
        other: fc.constantFrom(false, false, false, true),
        kind: fc.constantFrom('a', 'b'),
      })
      .map(({ author, depth, other, ...fields }): StoreOp => {
        return appendOp(author, depth, {
          ...fields,
          ...(other && { id: idOf((author === 'a' ? 60_000 : 50_000) + depth) }),
        });
      }),
  },
  fc
    .record({ author: letter, through: fc.integer({ min: -1, max: 6 }) })
    .map(({ author, through }): StoreOp => ({ op: 'verified', author: authorOf(author), through })),
  fc
    .record({ author: letter, depth: small })
    .map(({ author, depth }): StoreOp => ({ op: 'truncate', author: authorOf(author), depth })),
  letter.map((author): StoreOp => ({ op: 'forget', author: authorOf(author) })),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.array(operation, { maxLength: 5 }).map((batch): Step => ({ step: 'commit', batch })),
  },
  fc.integer({ min: 1, max: 4 }).map((ms): Step => ({ step: 'later', ms })),
  fc.constant<Step>({ step: 'sweep' }),
  fc.constant<Step>({ step: 'reopen' }),
);

export function comparedWithModel(adapter: StoreAdapter): void {
  it('behaves as the memory adapter does over random histories', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (history) => {
        const clock = fakeClock();
        const place = freshPlace();
        const model = createMemoryStore({ clock });
        let store = await adapter.open(place, clock);
        try {
          for (const each of history) {
            if (each.step === 'commit')
              assert.deepEqual(await store.commit(each.batch), await model.commit(each.batch));
            if (each.step === 'later') clock.time += each.ms;
            if (each.step === 'sweep') assert.equal(await store.sweep(clock.time), await model.sweep(clock.time));
            if (each.step === 'reopen' && adapter.durable) {
              await store.close();
              store = await adapter.open(place, clock);
            }
            assert.deepEqual(await observe(store), await observe(model));
          }
        } finally {
          await store.close();
        }
      }),
      { numRuns: adapter.runs ?? 50 },
    );
  });
}

async function observe(store: Store): Promise<unknown> {
  const scopes = ['channel:a', 'channel:b', 'mailbox:a'];
  const each = scopes.map((name) => [
    store.latest(name, 100),
    store.latest(name, 2, 3),
    store.since(name, 1, 3),
    store.arrivals(name, 4, 3),
    store.find(name, 2, idOf(2)),
  ]);
  const all = [store.scopes('', 10), store.scopes('channel:', 1), store.totals('channel:'), store.records('s', 9)];
  return Promise.all([...each.flat(), ...all, store.count('s'), ...observeLogs(store)]);
}

function observeLogs(store: Store): Promise<unknown>[] {
  const [author, other] = [authorOf('a'), authorOf('b')];
  return [
    ...[
      store.logs(5),
      store.logs(1, author),
      store.log(author),
      store.entries(author, 1, 2),
      store.entries(other, 0, 9),
    ],
    ...[store.entryById(appendOp('a', 1).id), store.entryById(idOf(60_001)), store.entriesByArrival(1, 5)],
    ...[store.entriesByArrival(2, 2, { author }), store.entriesByArrival(0, 3, { kind: 'a' })],
    store.entriesByArrival(1, 3, { author: other, kind: 'b' }),
  ];
}

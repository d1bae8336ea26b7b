import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sha256 } from '../../platform/node/crypto.ts';
import { toHex } from '../bytes.ts';
import { DecodeError } from '../errors.ts';
import { compareItems, END, type Item, ItemSet, START } from './item-set.ts';
import { sumBytes } from './leaf.ts';
import { decodeRanges, encodeRanges } from './range-message.ts';
import { beginReconciliation, boundBetween, reconcile } from './ranges.ts';

const idOf = (n: number): Uint8Array => sha256(Uint8Array.of(n >>> 24, n >>> 16, n >>> 8, n));
const itemOf = (n: number, time = n): Item => ({ time, id: idOf(n) });
const name = ({ time, id }: Item): string => `${time}/${toHex(id)}`;
const ordered = (items: readonly Item[]): Item[] => [...items].sort(compareItems);

function setOf(items: Iterable<Item>): ItemSet {
  const set = new ItemSet();
  for (const item of items) set.add(item);
  return set;
}

const all = (set: ItemSet): Item[] => [...set.between(START, END)];

const isEqual = (a: ItemSet, b: ItemSet): boolean => all(a).map(name).join() === all(b).map(name).join();

/** Speaks until nobody has anything to say; each acts on what it finds out. Returns messages and bytes. */
function converge(a: ItemSet, b: ItemSet): { messages: number; bytes: number } {
  const times = new Map([...all(a), ...all(b)].map((item) => [toHex(item.id), item]));
  let message: Uint8Array | undefined = beginReconciliation(a, sha256);
  const sets = [b, a] as const;
  let messages = 0;
  let bytes = 0;
  for (; message !== undefined; messages++) {
    assert.ok(messages < 200, 'it ends');
    const [own, other] = messages % 2 === 0 ? sets : ([...sets].reverse() as [ItemSet, ItemSet]);
    bytes += message.length;
    const found = reconcile(own, message, sha256);
    for (const item of found.have) assert.ok(other.add(item), 'what is pushed was lacking');
    for (const id of found.need) assert.ok(own.add(times.get(toHex(id)) as Item), 'what is wanted was lacking');
    message = found.reply;
  }
  return { messages, bytes };
}

const items = fc.array(fc.record({ n: fc.nat(4000), time: fc.nat(20) }), { maxLength: 1500, size: 'max' });

test('a set keeps its order, its size and its sums whatever is added and removed', () => {
  fc.assert(
    fc.property(items, items, (added, removed) => {
      const set = new ItemSet();
      const model = new Map<string, Item>();
      for (const { n, time } of added) {
        const item = itemOf(n, time);
        assert.equal(set.add(item), !model.has(name(item)));
        model.set(name(item), item);
      }
      for (const { n, time } of removed) assert.equal(set.delete(itemOf(n, time)), model.delete(name(itemOf(n, time))));
      const expected = ordered([...model.values()]);
      assert.equal(all(set).map(name).join(), expected.map(name).join());
      assert.deepEqual(sumBytes(set.sweep()(END).sum), sumBytes(setOf(expected).sweep()(END).sum));
      assert.equal(set.size, expected.length);
    }),
  );
});

test('spans of a sweep cover the order, each with its own sum', () => {
  const set = setOf(Array.from({ length: 3000 }, (_, n) => itemOf(n, n >> 3)));
  const span = set.sweep();
  const bounds = [0, 7, 7, 100, 374].map((time) => ({ time, prefix: Uint8Array.of(0x80) }));
  let lower = START;
  for (const upper of [...bounds, END]) {
    const { count, sum } = span(upper);
    const expected = setOf(set.between(lower, upper));
    assert.equal(count, expected.size);
    assert.deepEqual(sumBytes(sum), sumBytes(expected.sweep()(END).sum));
    lower = upper;
  }
});

test('two peers with any two sets end with the same one', () => {
  fc.assert(
    fc.property(items, items, items, (shared, ofA, ofB) => {
      const made = (list: typeof shared) => list.map(({ n, time }) => itemOf(n * 32 + time, time));
      const a = setOf([...made(shared), ...made(ofA)]);
      const b = setOf([...made(shared), ...made(ofB)]);
      converge(a, b);
      assert.ok(isEqual(a, b));
    }),
  );
});

test('a span that begins within a time spread over several leaves misses nothing', () => {
  const set = setOf(Array.from({ length: 2000 }, (_, n) => itemOf(n, 8)));
  assert.equal([...set.between({ time: 8, prefix: new Uint8Array(0) }, END)].length, 2000);
});

test('equal sets need one message', () => {
  const numbers = Array.from({ length: 5000 }, (_, n) => itemOf(n));
  assert.equal(converge(setOf(numbers), setOf(numbers)).messages, 1);
});

test('500 new at the end of 100,000 cost little, whoever begins', () => {
  const numbers = Array.from({ length: 100_000 }, (_, n) => itemOf(n));
  for (const isNewHere of [true, false]) {
    const long = setOf(numbers);
    const short = setOf(numbers.slice(0, -500));
    const { messages, bytes } = isNewHere ? converge(long, short) : converge(short, long);
    assert.ok(messages <= 6, `${messages} messages`);
    assert.ok(bytes <= 10_240, `${bytes} bytes`);
    assert.equal(short.size, 100_000);
  }
});

test('an empty set gets everything in bounded steps', () => {
  const full = setOf(Array.from({ length: 20_000 }, (_, n) => itemOf(n)));
  const empty = new ItemSet();
  converge(empty, full);
  assert.equal(empty.size, 20_000);
});

test('differences all over a large set are found though no message may hold them', () => {
  const numbers = Array.from({ length: 40_000 }, (_, n) => itemOf(n));
  const a = setOf(numbers.filter(({ time }) => time % 7 !== 0));
  const b = setOf(numbers.filter(({ time }) => time % 5 !== 0));
  converge(a, b);
  assert.equal(a.size, b.size);
  assert.equal(a.size, numbers.filter(({ time }) => time % 35 !== 0).length);
});

test('a bound between two items divides them', () => {
  fc.assert(
    fc.property(fc.nat(9), fc.nat(9), fc.nat(999), fc.nat(999), (timeA, timeB, a, b) => {
      const [before, after] = ordered([itemOf(a, timeA), itemOf(b, timeB)]) as [Item, Item];
      if (name(before) === name(after)) return;
      const bound = boundBetween(before, after);
      const set = setOf([before, after]);
      assert.deepEqual([...set.between(START, bound)], [before]);
    }),
  );
});

test('ranges are read as they were written', () => {
  const set = setOf(Array.from({ length: 300 }, (_, n) => itemOf(n, n >> 5)));
  const bytes = beginReconciliation(set, sha256);
  assert.deepEqual(encodeRanges(decodeRanges(bytes)), bytes);
});

test('damaged ranges are refused or mean something else, and never harm', () => {
  const set = setOf(Array.from({ length: 300 }, (_, n) => itemOf(n)));
  const bytes = beginReconciliation(set, sha256);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] ?? 0) ^ flip;
      try {
        reconcile(set, damaged, sha256);
      } catch (error) {
        assert.ok(error instanceof DecodeError);
      }
    }),
  );
});

for (const [what, bytes] of [
  ['a bound that does not ascend', [2, 0, 0, 1, 0, 0]],
  ['a prefix that ends in a zero', [2, 1, 0, 0]],
  ['a prefix of 33 bytes', [2, 33, ...new Array(33).fill(1), 0]],
  ['something after the end', [0, 0, 0, 0]],
  ['an unknown kind', [0, 4]],
  ['a list that is shorter than it says', [0, 2, 2, ...new Array(32).fill(7)]],
  ['a list that claims more than there can be', [0, 2, 0xff, 0xff, 0xff, 0xff, 0x7f]],
] as const) {
  test(`${what} is refused`, () => assert.throws(() => decodeRanges(Uint8Array.from(bytes)), DecodeError));
}

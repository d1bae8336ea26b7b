import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pair, rowOf, Side, talk, WINDOW } from '../../../../test/support/session-side.ts';
import { sha256 } from '../../../platform/node/crypto.ts';
import { toHex } from '../../bytes.ts';
import { END, ItemSet } from '../item-set.ts';
import { encodeRanges } from '../range-message.ts';
import { costOf, decodeMessage, encodeMessage, type Message } from './messages.ts';
import { NOTHING_WANTED, type Wants } from './wants.ts';

const MAIN = 'channel:main';
const CHANNELS: Wants = { sets: ['channel:*'], authors: [] };

const say = (side: Side, message: Message): void => side.hear(encodeMessage(message));
const said = (side: Side): Message[] => side.sent.splice(0).flatMap((bytes) => decodeMessage(bytes) ?? []);
const fill = (side: Side, numbers: Iterable<number>, set = MAIN): void => {
  for (const n of numbers) side.write(set, rowOf(n, `text ${n}`));
};
const count = (length: number, first = 0): number[] => Array.from({ length }, (_, i) => first + i);

test('two sides come to hold the same, whatever each held, and both know it', () => {
  const some = fc.array(fc.nat(300), { maxLength: 200 });
  const held = fc.record({ main: some, other: some });
  fc.assert(
    fc.property(held, held, (ofA, ofB) => {
      const { sides, begin } = pair(CHANNELS);
      for (const [side, { main, other }] of [
        [sides[0], ofA],
        [sides[1], ofB],
      ] as const) {
        fill(side, main);
        fill(side, other, 'channel:other');
      }
      begin();
      talk(...sides);
      const [a, b] = sides;
      for (const [set, numbers] of [
        [MAIN, [...ofA.main, ...ofB.main]],
        ['channel:other', [...ofA.other, ...ofB.other]],
      ] as const) {
        assert.deepEqual(a.holds(set), b.holds(set));
        assert.equal(a.holds(set).length, new Set(numbers).size);
      }
      assert.deepEqual([a.isSettled, b.isSettled], [true, true]);
    }),
    { numRuns: 30 },
  );
});

test('whatever is slow on either side, and whoever is heard first, both come to hold the same', () => {
  const steps = fc.array(fc.nat(35), { minLength: 20, maxLength: 60 });
  fc.assert(
    fc.property(steps, fc.boolean(), fc.nat(2), fc.nat(2), (order, doesDialerWantFirst, ofA, ofB) => {
      const { sides } = pair(CHANNELS);
      const [a, b] = sides;
      for (const side of sides) side.isSlow = true;
      fill(a, count(ofA));
      fill(b, count(ofB, 10));
      let written = 0;
      const wanted = new Map<Side, Wants>();
      const want = (side: Side, wants: Wants) => {
        wanted.set(side, wants);
        side.session.want(wants);
      };
      for (const side of doesDialerWantFirst ? [a, b] : [b, a]) {
        want(side, CHANNELS);
        side.act();
      }
      for (const step of order) {
        const [from, to] = step % 2 === 0 ? [a, b] : [b, a];
        if (step === 32 || step === 33) fill(from, [1000 + written++]);
        if (step > 33) want(from, step === 34 && written % 2 === 0 ? NOTHING_WANTED : CHANNELS);
        from.act();
        const next = step < 16 ? from.sent.shift() : undefined;
        if (next !== undefined) to.hear(next);
        else to.workOnAny(step >> 1);
      }
      // To want anew would bring together whatever was left apart.
      for (const side of sides) if (wanted.get(side) !== CHANNELS) want(side, CHANNELS);
      for (const side of sides) side.act();
      talk(a, b);
      assert.deepEqual([a.holds(MAIN), a.isSettled, b.isSettled], [b.holds(MAIN), true, true]);
      assert.equal(a.holds(MAIN).length, ofA + ofB + written);
    }),
    { numRuns: 300 },
  );
});

test('a set that was empty when offers were made, and is not when one is heard, is exchanged', () => {
  for (const growing of [0, 1] as const) {
    const { sides, begin } = pair(CHANNELS);
    const [late, early] = [sides[growing], sides[1 - growing] as Side];
    fill(early, [1]);
    late.set(MAIN);
    late.rows.set(MAIN, new Map());
    begin();
    // Each hears what the other wants, and makes its offers; of what is empty there is none.
    for (const message of early.sent.splice(0)) late.hear(message);
    for (const message of late.sent.splice(0)) early.hear(message);
    const offer = early.sent.splice(0);
    fill(late, [2]);
    late.act();
    const news = late.sent.splice(0);
    for (const message of offer) late.hear(message);
    for (const message of news) early.hear(message);
    talk(late, early);
    assert.deepEqual(late.holds(MAIN), early.holds(MAIN), `late is side ${growing}`);
    assert.equal(late.holds(MAIN).length, 2);
  }
});

test('what is new is handed on at once, and each row goes over once', () => {
  const { sides, begin } = pair(CHANNELS);
  const [a, b] = sides;
  fill(a, count(100));
  begin();
  talk(a, b);
  assert.deepEqual([b.came, a.came], [100, 0]);
  fill(a, [1000]);
  fill(b, [1001]);
  for (const side of sides) side.act();
  talk(a, b);
  assert.deepEqual([b.came, a.came], [101, 1]);
  fill(b, [7], 'channel:new');
  b.act();
  talk(a, b);
  assert.equal(a.holds('channel:new').length, 1);
});

test('only what is wanted goes over, and only as far as it is allowed', () => {
  const { sides, begin } = pair({ sets: [MAIN, 'channel:secret'], authors: [] });
  const [a, b] = sides;
  for (const set of [MAIN, 'channel:secret', 'channel:other']) fill(a, count(3), set);
  a.allow = ({ authors }) => ({ sets: [MAIN], authors });
  begin();
  talk(a, b);
  assert.deepEqual([...b.rows.keys()], [MAIN]);
  const ranges = encodeRanges([{ upper: END, kind: 'fingerprint', count: 0, fingerprint: new Uint8Array(16) }]);
  for (const set of ['channel:secret', 'channel:other']) say(a, { type: 'ranges', set, ranges });
  assert.deepEqual(
    said(a).filter(({ type }) => type === 'rows'),
    [],
  );
});

test('nobody sends more than was granted, but the one message that began with a byte of it', () => {
  const { sides, begin } = pair(CHANNELS);
  const [a, b] = sides;
  b.isSlow = true;
  for (const n of count(1000)) a.write(MAIN, rowOf(n, `${n}`.padEnd(3000, '.')));
  begin();
  let granted = WINDOW;
  let bulk = 0;
  const account = (message: Message, length: number): void => {
    if (message.type === 'credit') granted += message.bytes;
    if (message.type !== 'rows') return;
    assert.ok(granted > 0, 'a message began without credit');
    granted -= costOf(message, length);
    bulk++;
  };
  for (let rounds = 0; rounds < 5000 && !(a.isSettled && b.isSettled); rounds++) {
    for (const bytes of a.sent.splice(0)) {
      account(decodeMessage(bytes) as Message, bytes.length);
      b.hear(bytes);
    }
    b.work(1);
    for (const bytes of b.sent.splice(0)) {
      account(decodeMessage(bytes) as Message, bytes.length);
      a.hear(bytes);
    }
  }
  assert.equal(b.holds(MAIN).length, 1000);
  assert.ok(bulk > 40, `${bulk} messages`);
});

test('a side says that it is at rest once all that came is on disk, and not before', () => {
  const side = new Side({ wants: CHANNELS, theirs: CHANNELS });
  side.act();
  assert.deepEqual(said(side), [{ type: 'rest', messages: 0 }]);
  side.isSlow = true;
  say(side, { type: 'rows', set: MAIN, rows: [rowOf(1, 'one')] });
  say(side, { type: 'rows', set: MAIN, rows: [rowOf(2, 'two')] });
  side.work(1);
  assert.deepEqual(said(side), []);
  side.work();
  assert.deepEqual(
    said(side).filter(({ type }) => type === 'rest'),
    [{ type: 'rest', messages: 2 }],
  );
});

test('nothing is settled while one of the two still has something to do', () => {
  const { sides, begin } = pair(CHANNELS);
  const [a, b] = sides;
  fill(a, count(10));
  begin();
  b.isSlow = true;
  for (let rounds = 0; rounds < 50 && b.came < 10; rounds++) {
    assert.deepEqual([a.isSettled, b.isSettled], [false, false]);
    for (const message of a.sent.splice(0)) b.hear(message);
    b.work(1);
    for (const message of b.sent.splice(0)) a.hear(message);
  }
  assert.equal(b.came, 10);
  talk(a, b);
  assert.deepEqual([a.isSettled, b.isSettled], [true, true]);
  fill(a, [99]);
  a.act();
  assert.equal(a.isSettled, false);
  talk(a, b);
  assert.deepEqual([a.isSettled, a.settledTimes > 1], [true, true]);
});

test('messages of a later version count, so that peers of both versions settle', () => {
  const side = new Side();
  side.act();
  said(side);
  side.hear(Uint8Array.of(40, 1, 2, 3));
  assert.deepEqual(said(side), [{ type: 'rest', messages: 1 }]);
});

test('exchanges of one set that overlap end with the same set on both sides', () => {
  const { sides, begin } = pair(CHANNELS);
  const [a, b] = sides;
  fill(a, count(2000));
  fill(b, count(2000, 1500));
  begin();
  for (let i = 0; i < 5; i++) {
    for (const side of sides) {
      side.session.opened(MAIN, side.set(MAIN));
      side.act();
    }
    fill(a, [5000 + i]);
    a.act();
    for (const message of a.sent.splice(0, 2)) b.hear(message);
  }
  talk(a, b);
  assert.equal(a.holds(MAIN).length, 3505);
  assert.deepEqual(a.holds(MAIN), b.holds(MAIN));
});

for (const isDialer of [true, false]) {
  test(`more news than are kept in mind come all the same, told by the one that ${isDialer ? 'dialled' : 'was dialled'}`, () => {
    const { sides, begin } = pair(CHANNELS);
    fill(sides[0], [1]);
    fill(sides[1], [1]);
    begin();
    talk(...sides);
    const [teller, other] = isDialer ? sides : [sides[1], sides[0]];
    teller.isSlow = true;
    fill(teller, count(20_000, 10));
    teller.act();
    teller.isSlow = false;
    talk(teller, other);
    assert.equal(other.holds(MAIN).length, 20_001);
    assert.ok(teller.isSettled && other.isSettled);
  });
}

test('the last wants count, however long the decision about earlier ones takes', () => {
  const { sides, begin } = pair(CHANNELS);
  const [a, b] = sides;
  for (const set of [MAIN, 'channel:other']) fill(a, count(3), set);
  a.isSlow = true;
  begin();
  b.session.want({ sets: ['channel:x'], authors: [] });
  b.session.want({ sets: ['channel:other'], authors: [] });
  b.act();
  talk(a, b);
  assert.deepEqual([...b.rows.keys()], ['channel:other']);
});

test('what was refused before is not asked for again', () => {
  const row = rowOf(1, 'refused before');
  const refuses = (_: string, id: Uint8Array): boolean => toHex(id) === toHex(sha256(row.bytes));
  const { sides, begin } = pair(CHANNELS, [{ refuses }, {}]);
  const [a, b] = sides;
  fill(a, count(5));
  fill(b, [3, 4, 9]);
  b.write(MAIN, row);
  begin();
  talk(a, b, (bytes, to) => {
    const message = decodeMessage(bytes);
    if (message?.type === 'need' && to === b) assert.ok(!message.ids.some((id) => refuses(MAIN, id)));
  });
  assert.ok(a.isSettled);
});

test('many sets that differ are all exchanged', () => {
  const { sides, begin } = pair(CHANNELS);
  const [a, b] = sides;
  for (const n of count(500)) fill(n % 2 === 0 ? a : b, [n, n + 1], `channel:c-${n}`);
  for (const n of count(500)) fill(n % 2 === 0 ? b : a, [n], `channel:c-${n}`);
  begin();
  talk(a, b);
  assert.deepEqual([a.rows.size, b.rows.size], [500, 500]);
  for (const set of a.rows.keys()) assert.deepEqual(a.holds(set), b.holds(set), set);
  assert.ok(a.isSettled && b.isSettled);
});

test('a goodbye ends both sides, and nothing is heard after it', () => {
  const { sides, begin } = pair(CHANNELS);
  const [a, b] = sides;
  begin();
  talk(a, b);
  a.session.end('closing time');
  a.act();
  assert.equal(a.ended, 'closing time');
  talk(a, b);
  assert.equal(b.ended, 'closing time');
  a.hear(Uint8Array.of(41));
  fill(a, [1]);
  a.act();
  assert.deepEqual(a.sent, []);
});

test('a set that is not here at all is answered by nothing', () => {
  const side = new Side({ wants: CHANNELS, theirs: CHANNELS });
  side.session.opened(MAIN, undefined);
  say(side, { type: 'rest', messages: 0 });
  assert.deepEqual(said(side), [{ type: 'rest', messages: 0 }]);
  assert.equal(new ItemSet().size, 0);
});

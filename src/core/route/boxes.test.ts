import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DecodeError } from '../errors.ts';
import { type Data, decodeFrame } from './frame.ts';
import { Inbox } from './inbox.ts';
import { type Entry, Outbox } from './outbox.ts';

const WINDOW = 131_072;

function sendAll(outbox: Outbox): Entry[] {
  const entries: Entry[] = [];
  for (let entry = outbox.next(); entry !== undefined; entry = outbox.next()) {
    outbox.advance(entry);
    entries.push(entry);
  }
  return entries;
}

const data = (seq: number, length: number, more = false): Data => ({
  ...{ kind: 'data', seq, more },
  payload: new Uint8Array(length).fill(seq),
});

test('whatever order frames come in, and however often, messages come out once and in order', () => {
  const sizes = fc.array(fc.oneof(fc.nat(50), fc.nat(60_000)), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(
      sizes,
      fc.array(fc.nat(1000), { minLength: 60 }),
      fc.integer({ min: 1, max: 4 }),
      (list, lots, most) => {
        const outbox = new Outbox(4_000_000);
        outbox.peerWindow = 4_000_000;
        const inbox = new Inbox(4_000_000);
        for (const [i, size] of list.entries()) outbox.push(new Uint8Array(size).fill(i), false);
        const frames = sendAll(outbox).map(({ frame }) => frame as Uint8Array);
        const order = [...lots.map((lot) => lot % frames.length), ...frames.keys()];
        const out: Uint8Array[] = [];
        const seen = new Set<number>();
        for (const index of order) {
          const frame = decodeFrame(frames[index] as Uint8Array) as Data;
          assert.equal(inbox.add(frame), !seen.has(index));
          seen.add(index);
          out.push(...inbox.take(most));
          if (index % 3 === 0) outbox.acknowledge(inbox.ack());
        }
        out.push(...inbox.take(100));
        outbox.acknowledge(inbox.ack());
        assert.deepEqual(
          out.map((message) => [message.length, message[0] ?? -1]),
          list.map((size, i) => [size, size === 0 ? -1 : i]),
        );
        assert.equal(outbox.held, 0);
        assert.ok(!outbox.isUnderWay);
      },
    ),
  );
});

test('known numbers beyond a gap count once against the window', () => {
  const inbox = new Inbox(WINDOW);
  for (let i = 0; i < 100; i++) inbox.add(data(2, 60_000));
  assert.ok(inbox.add(data(3, 60_000)));
  assert.throws(() => inbox.add(data(4, 60_000)), DecodeError);
});

test('the window counts what was not taken, and what waits for the rest of the next message does not', () => {
  const inbox = new Inbox(WINDOW);
  for (let seq = 1; seq <= 10; seq++) assert.ok(inbox.add(data(seq, 60_000, true)));
  assert.deepEqual(inbox.ack(), { kind: 'ack', taken: 10, arrived: 10, spans: [] });
  inbox.add(data(11, 60_000));
  inbox.add(data(12, 60_000));
  assert.deepEqual(inbox.ack(), { kind: 'ack', taken: 10, arrived: 12, spans: [] });
  assert.throws(() => inbox.add(data(13, 60_000)), DecodeError);
  assert.deepEqual(
    inbox.take(1).map(({ length }) => length),
    [660_000],
  );
  assert.equal(inbox.taken, 11);
  assert.ok(inbox.add(data(13, 60_000)));
});

test('a small payload does not keep alive the large buffer that it came in', () => {
  const inbox = new Inbox(WINDOW);
  const large = new Uint8Array(65_536);
  inbox.add({ kind: 'data', seq: 1, more: false, payload: large.subarray(5, 15) });
  assert.equal(inbox.take(1)[0]?.buffer.byteLength, 10);
});

test('what an outbox says there is room for, it takes, and no byte more', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100_000), { maxLength: 40 }), (sizes) => {
      const outbox = new Outbox(2_100_000);
      for (const size of sizes) outbox.push(new Uint8Array(size), false);
      const { room } = outbox;
      if (room < 1_048_576) assert.equal(outbox.push(new Uint8Array(room + 20_000), false), false);
      if (room > 0) assert.ok(outbox.push(new Uint8Array(room), false));
    }),
  );
});

test('nothing goes beyond the window of the other end, before it is known or after', () => {
  const outbox = new Outbox(4_000_000);
  for (let i = 0; i < 30; i++) outbox.push(new Uint8Array(10_000), false);
  assert.deepEqual(sendAll(outbox), []);
  outbox.peerWindow = WINDOW;
  assert.equal(sendAll(outbox).length, 13);
  assert.ok(outbox.isBlocked);
  outbox.acknowledge({ kind: 'ack', taken: 0, arrived: 13, spans: [] });
  assert.equal(sendAll(outbox).length, 0, 'arrived is not taken');
  outbox.acknowledge({ kind: 'ack', taken: 5, arrived: 13, spans: [] });
  assert.equal(sendAll(outbox).length, 5);
  assert.throws(() => outbox.acknowledge({ kind: 'ack', taken: 5, arrived: 19, spans: [] }), DecodeError);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concat, utf8 } from '../../bytes.ts';
import { DecodeError } from '../../errors.ts';
import { LIMITS } from '../../registry.ts';
import { varint } from '../../wire.ts';
import { costOf, decodeMessage, encodeMessage, type Message, oneLine } from './messages.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const hash = bytes(32);
const set = fc.constantFrom('channel:main', 'mailbox:dot1:0123456789abcdef', 'profiles', 'ünknown');
const number = fc.oneof(fc.nat(300), fc.maxSafeNat());
const piece = fc.uint8Array({ maxLength: 50 });

const ascending = <T>(of: fc.Arbitrary<T>, key: (value: T) => string) =>
  fc
    .uniqueArray(of, { maxLength: 5, selector: key })
    .map((values) => values.sort((a, b) => (key(a) < key(b) ? -1 : 1)));

const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({
    type: fc.constant('wants' as const),
    wants: fc.record({
      sets: ascending(fc.constantFrom('channel:*', 'channel:a', 'logs', 'profiles'), (name) => name),
      authors: ascending(hash, (key) => Buffer.from(key).toString('hex')),
    }),
  }),
  fc.record({
    type: fc.constant('offers' as const),
    offers: fc.array(fc.record({ set, count: number, fingerprint: bytes(16) }), { maxLength: 5 }),
  }),
  fc.record({ type: fc.constant('ranges' as const), set, ranges: piece }),
  fc.record({ type: fc.constant('need' as const), set, ids: fc.array(hash, { maxLength: 5 }) }),
  fc.record({
    type: fc.constant('rows' as const),
    set,
    rows: fc.array(fc.record({ received: number, expires: number, bytes: piece }), { maxLength: 5 }),
  }),
  fc.record({ type: fc.constant('read' as const), author: hash, from: number }),
  fc.record({
    type: fc.constant('entries' as const),
    author: hash,
    from: number,
    text: fc.uint8Array({ minLength: 1, maxLength: 50 }),
  }),
  fc.record({ type: fc.constant('fetch' as const), hash, at: number }),
  fc.record({ type: fc.constant('stop' as const), hash }),
  fc.record({ type: fc.constant('credit' as const), bytes: number }),
  fc.record({ type: fc.constant('rest' as const), messages: number }),
  fc.record({ type: fc.constant('bye' as const), reason: fc.string({ unit: 'grapheme', maxLength: 40 }).map(oneLine) }),
  fc
    .tuple(hash, fc.nat(3), fc.integer({ min: 16_384, max: 20_000 }), fc.nat(9))
    .map(([name, before, length, behind]): Message => {
      const at = before * 16_384;
      return { type: 'blob', hash: name, total: at + length + behind, at, bytes: new Uint8Array(length) };
    }),
);

test('every message is read as it was written', () => {
  fc.assert(
    fc.property(message, (written) => {
      const encoded = encodeMessage(written);
      const read = decodeMessage(encoded);
      assert.ok(read);
      assert.deepEqual(plain(read), plain(written));
      assert.deepEqual(Buffer.from(encodeMessage(read)), Buffer.from(encoded));
    }),
    { numRuns: 500 },
  );
});

/** Whatever kind of bytes: only their values count. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, one) => (one instanceof Uint8Array ? `hex ${Buffer.from(one).toString('hex')}` : one)),
  );

test('what is cut short or goes on too long is refused', () => {
  const whole = encodeMessage({ type: 'fetch', hash: new Uint8Array(32), at: 300 });
  assert.ok(decodeMessage(whole));
  for (let length = 0; length < whole.length; length++) refused(whole.subarray(0, length));
  refused(concat(whole, Uint8Array.of(0)));
});

test('an unknown even message is skipped and an unknown odd one is refused', () => {
  assert.equal(decodeMessage(Uint8Array.of(40, 1, 2, 3)), undefined);
  refused(Uint8Array.of(41, 1, 2, 3), 'type');
});

test('only bulk may be longer than 65,536 bytes, and nothing longer than 524,288', () => {
  const ranges = (length: number) => encodeMessage({ type: 'ranges', set: 'logs', ranges: new Uint8Array(length) });
  const overhead = ranges(0).length;
  assert.ok(decodeMessage(ranges(LIMITS.syncMessageBytes - overhead)));
  refused(ranges(LIMITS.syncMessageBytes - overhead + 1), 'message');
  const row = (length: number): Message => ({
    ...{ type: 'rows', set: 'logs' },
    rows: [{ received: 0, expires: 0, bytes: new Uint8Array(length) }],
  });
  const more = encodeMessage(row(500_000)).length - 500_000;
  assert.ok(decodeMessage(encodeMessage(row(LIMITS.syncBulkBytes - more))));
  refused(encodeMessage(row(LIMITS.syncBulkBytes - more + 1)), 'message');
  refused(new Uint8Array(LIMITS.syncBulkBytes + 1).fill(40), 'message');
});

test('more offers or rows than a message may hold are refused', () => {
  const offer = { set: 'logs', count: 1, fingerprint: new Uint8Array(16) };
  const offers = (length: number): Message => ({ type: 'offers', offers: new Array(length).fill(offer) });
  assert.ok(decodeMessage(encodeMessage(offers(LIMITS.syncOffers))));
  refused(encodeMessage(offers(LIMITS.syncOffers + 1)), 'count');
  const row = { received: 0, expires: 0, bytes: new Uint8Array() };
  const rows = (length: number): Message => ({ type: 'rows', set: 'logs', rows: new Array(length).fill(row) });
  assert.ok(decodeMessage(encodeMessage(rows(LIMITS.syncItems))));
  refused(encodeMessage(rows(LIMITS.syncItems + 1)), 'count');
});

test('a row that claims more bytes than there are is refused', () => {
  refused(concat(Uint8Array.of(9, 4), utf8('logs'), varint(0), varint(0), varint(2 ** 40), new Uint8Array(9)), 'row');
});

const blob = (total: number, at: number, length: number): Uint8Array =>
  encodeMessage({ type: 'blob', hash: new Uint8Array(32), total, at, bytes: new Uint8Array(length) });

test('a piece of a blob lies within it, and only its last one may be small', () => {
  assert.ok(decodeMessage(blob(100_000, 0, 16_384)));
  assert.ok(decodeMessage(blob(100_000, 99_999, 1)));
  refused(blob(100_000, 0, 16_383), 'bytes');
  refused(blob(100_000, 0, 0), 'bytes');
  refused(blob(100_000, 99_999, 2), 'at');
});

test('a blob that is not there has no bytes and no place', () => {
  assert.deepEqual(decodeMessage(blob(0, 0, 0))?.type, 'blob');
  refused(blob(0, 5, 0), 'at');
  refused(blob(0, 0, 1), 'at');
});

test('entries without an entry are refused', () => {
  refused(encodeMessage({ type: 'entries', author: new Uint8Array(32), from: 0, text: new Uint8Array() }), 'text');
});

test('a goodbye cannot steer a terminal', () => {
  const reason = 'sorry\u001b[2J\u0007\u0085friend';
  const said = decodeMessage(encodeMessage({ type: 'bye', reason }));
  assert.deepEqual(said, { type: 'bye', reason: 'sorry [2J  friend' });
  const bytesOf = utf8(reason);
  refused(concat(Uint8Array.of(21), varint(bytesOf.length), bytesOf), 'reason');
  refused(concat(Uint8Array.of(21), varint(201), utf8('x'.repeat(201))), 'reason');
});

test('each row costs 64 bytes beside its own', () => {
  const row = { received: 0, expires: 0, bytes: new Uint8Array(10) };
  assert.equal(costOf({ type: 'rows', set: 'logs', rows: [row, row] }, 30), 158);
  assert.equal(costOf({ type: 'stop', hash: new Uint8Array(32) }, 33), 33);
});

function refused(given: Uint8Array, field?: string): void {
  assert.throws(
    () => decodeMessage(given),
    (error) => error instanceof DecodeError && (field === undefined || error.field === field),
  );
}

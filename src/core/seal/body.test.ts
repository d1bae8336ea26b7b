import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concat, utf8 } from '../bytes.ts';
import { DecodeError, UsageError } from '../errors.ts';
import { tagged } from '../wire.ts';
import { type Body, decodeBody, encodeBody, isBoundTo } from './body.ts';

const sender = new Uint8Array(32).fill(7);
const file = {
  name: 'photo.jpg',
  type: 'image/jpeg',
  size: 5,
  key: new Uint8Array(32).fill(1),
  hash: new Uint8Array(32).fill(2),
};
const outgoing = { text: 'hi', sender, channel: 'main' };

function opened(bytes: Uint8Array): Body {
  const decoded = decodeBody(bytes);
  assert.equal(decoded.kind, 'body');
  return (decoded as { body: Body }).body;
}

const rich = (...fields: Uint8Array[]) => concat(Uint8Array.of(0, 1, 0, 0), ...fields);
const bound = [tagged(3, sender), tagged(5, 'main')];
const refused = (field: string) => (error: unknown) => error instanceof DecodeError && error.field === field;

test('a text alone is bare UTF-8, even where the sender is a program', () => {
  assert.deepEqual(encodeBody({ ...outgoing, agent: true }), utf8('hi'));
  assert.deepEqual(opened(utf8('ünï ☕')), { text: 'ünï ☕', files: [], agent: false });
  assert.deepEqual(encodeBody({ ...outgoing, text: '' }), new Uint8Array());
});

test('a text that begins with a zero goes rich, so that it is not taken for a header', () => {
  const bytes = encodeBody({ ...outgoing, text: '\u0000\u0001' });
  assert.equal(opened(bytes).text, '\u0000\u0001');
  assert.ok(bytes.length > 30);
});

test('files, text, sender and channel come back as they went in', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 200 }).filter((value) => value.isWellFormed());
  fc.assert(
    fc.property(
      text,
      fc.boolean(),
      fc.array(fc.nat(2 ** 30), { minLength: 1, maxLength: 32 }),
      (said, agent, sizes) => {
        const files = sizes.map((size) => ({ ...file, size }));
        const body = opened(encodeBody({ ...outgoing, text: said, agent, files }));
        assert.deepEqual(body, { text: said, files, agent, sender, channel: 'main' });
      },
    ),
    { numRuns: 50 },
  );
});

test('a rich body belongs to its sender and channel, a bare one says nothing of them', () => {
  const body = opened(encodeBody({ ...outgoing, files: [file] }));
  assert.equal(isBoundTo(body, sender, 'main'), true);
  assert.equal(isBoundTo(body, sender, 'other'), false);
  assert.equal(isBoundTo(body, new Uint8Array(32), 'main'), false);
  assert.equal(isBoundTo(opened(utf8('hi')), sender, 'main'), true);
});

test('keys of earlier messages come back as they went in, as many as fit', () => {
  const pair = (byte: number) => ({ id: new Uint8Array(32).fill(byte), bodyKey: new Uint8Array(32).fill(byte + 1) });
  const sharedKeys = Array.from({ length: 1000 }, (_, index) => pair(index % 250));
  const body = opened(encodeBody({ ...outgoing, text: '', sharedKeys }));
  assert.deepEqual(body, { text: '', files: [], agent: false, sender, channel: 'main', sharedKeys });
});

test('data and receipts come back as they went in, by themselves', () => {
  const data = Uint8Array.of(0, 1, 2);
  const none = { text: '', files: [], agent: false, sender, channel: 'main' };
  assert.deepEqual(opened(encodeBody({ ...outgoing, text: '', files: [], data })), { ...none, data });
  assert.deepEqual(opened(encodeBody({ ...outgoing, text: '', files: [], data: new Uint8Array() })), {
    ...none,
    data: new Uint8Array(),
  });
  const receipt = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  assert.deepEqual(opened(encodeBody({ ...outgoing, text: '', files: [], receipt })), { ...none, receipt });
});

test('another version, feature or critical tag is a newer version, not damage', () => {
  const newer = { kind: 'newer-version' };
  assert.deepEqual(decodeBody(Uint8Array.of(0, 2, 0, 0)), newer);
  assert.deepEqual(decodeBody(Uint8Array.of(0, 1, 0, 1)), newer);
  assert.deepEqual(decodeBody(rich(...bound, tagged(15, 'x'))), newer);
  assert.deepEqual(decodeBody(rich(...bound, tagged(7, tagged(11, 'x')))), newer);
});

test('ignorable tags, the reserved one among them, are skipped', () => {
  assert.deepEqual(
    opened(rich(tagged(1, 'hi'), tagged(3, sender), tagged(4, sender), tagged(5, 'main'), tagged(1000, ''))),
    {
      ...{ text: 'hi', files: [], agent: false, sender, channel: 'main' },
    },
  );
});

test('what is damaged is refused with its field', () => {
  const cases: [string, Uint8Array][] = [
    ['body', Uint8Array.of(0xff, 0xfe)],
    ['version', Uint8Array.of(0)],
    ['features', Uint8Array.of(0, 1, 0)],
    ['sender', rich(tagged(5, 'main'))],
    ['sender', rich(tagged(3, 'short'), tagged(5, 'main'))],
    ['channel', rich(tagged(3, sender))],
    ['channel', rich(tagged(3, sender), tagged(5, 'No Channel'))],
    ['text', rich(tagged(1, ''), ...bound)],
    ['text', rich(tagged(1, Uint8Array.of(0xff)), ...bound)],
    ['agent', rich(tagged(2, 'x'), ...bound)],
    ['tags', rich(...bound, tagged(1, 'late'))],
    ['tags', rich(...bound, Uint8Array.of(7, 200))],
    ['file.name', rich(...bound, tagged(7, ''))],
    ['shared keys', rich(...bound, tagged(9, ''))],
    ['shared keys', rich(...bound, tagged(9, new Uint8Array(63)))],
    ['shared keys', rich(...bound, tagged(9, new Uint8Array(1001 * 64)))],
    ['body', rich(tagged(1, 'hi'), ...bound, tagged(9, new Uint8Array(64)))],
    ['body', rich(tagged(1, 'hi'), ...bound, tagged(11, 'x'))],
    ['body', rich(...bound, tagged(11, 'x'), tagged(13, new Uint8Array(32)))],
    ['receipt', rich(...bound, tagged(13, ''))],
    ['receipt', rich(...bound, tagged(13, new Uint8Array(33)))],
    ['receipt', rich(...bound, tagged(13, new Uint8Array(1001 * 32)))],
    ['body', rich(...bound, tagged(6, new Uint8Array(65_536)))],
  ];
  for (const [field, bytes] of cases) assert.throws(() => decodeBody(bytes), refused(field), field);
});

test('too much is refused before it is sealed', () => {
  assert.throws(() => encodeBody({ ...outgoing, files: new Array(33).fill(file) }), UsageError);
  assert.throws(() => encodeBody({ ...outgoing, text: 'x'.repeat(65_537) }), UsageError);
  assert.throws(() => encodeBody({ ...outgoing, files: [{ ...file, name: '../etc/passwd' }] }), UsageError);
});

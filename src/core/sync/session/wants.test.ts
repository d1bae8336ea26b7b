import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concat, utf8 } from '../../bytes.ts';
import { DecodeError } from '../../errors.ts';
import { LIMITS } from '../../registry.ts';
import { tagged } from '../../wire.ts';
import {
  decodeWants,
  eitherWants,
  encodeWants,
  isSetName,
  NOTHING_WANTED,
  wantsAuthor,
  wantsLogs,
  wantsSet,
  withoutOverlap,
} from './wants.ts';

const key = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const names = fc.array(fc.constantFrom('channel:*', 'channel:a', 'channel:b*', 'logs', 'profiles', 'ä', '😀', '￰'));
const keys = fc.array(fc.nat(5).map(key));

test('wants have one spelling, in whatever order and how often they are given', () => {
  fc.assert(
    fc.property(names, keys, (sets, authors) => {
      const encoded = encodeWants({ sets, authors });
      const again = encodeWants({ sets: [...sets, ...sets].reverse(), authors: [...authors].reverse() });
      assert.deepEqual(again, encoded);
      const read = decodeWants(encoded);
      assert.deepEqual([...read.sets].sort(), [...new Set(sets)].sort());
      assert.equal(read.authors.length, new Set(authors.map(([byte]) => byte)).size);
      assert.deepEqual(encodeWants(read), encoded);
    }),
  );
});

for (const [what, bytes] of [
  ['a name that stands twice', concat(tagged(1, 'logs'), tagged(1, 'logs'))],
  ['names out of order', concat(tagged(1, 'profiles'), tagged(1, 'logs'))],
  ['keys out of order', concat(tagged(3, key(2)), tagged(3, key(1)))],
  ['a key of 31 bytes', tagged(3, new Uint8Array(31))],
  ['a name of 81 characters', tagged(1, 'x'.repeat(81))],
  ['a name that is no text', tagged(1, Uint8Array.of(0xff))],
  ['a critical tag', tagged(5, 'x')],
  ['more than 1,024', concat(...Array.from({ length: LIMITS.syncWants + 1 }, (_, i) => tagged(3, number(i))))],
] as const) {
  test(`${what} is refused`, () => assert.throws(() => decodeWants(bytes), DecodeError));
}

function number(i: number): Uint8Array {
  const bytes = new Uint8Array(32);
  bytes.set([i >> 8, i & 255]);
  return bytes;
}

test('1,024 are taken, and an ignorable tag is skipped', () => {
  const most = Array.from({ length: LIMITS.syncWants }, (_, i) => number(i));
  assert.equal(decodeWants(encodeWants({ sets: [], authors: most })).authors.length, LIMITS.syncWants);
  assert.deepEqual(decodeWants(tagged(2, 'later')), NOTHING_WANTED);
});

test('a name stands for itself, and with a star for all that begin so', () => {
  const wants = { sets: ['channel:b*', 'profiles'], authors: [] };
  assert.deepEqual(
    ['channel:b', 'channel:bc', 'channel:a', 'profiles', 'profiles2', 'logs'].map((set) => wantsSet(wants, set)),
    [true, true, false, true, false, false],
  );
});

test('logs are wanted by name or by author', () => {
  const some = { sets: [], authors: [key(1)] };
  assert.deepEqual(
    [wantsLogs(some), wantsLogs(NOTHING_WANTED), wantsLogs({ sets: ['logs'], authors: [] })],
    [true, false, true],
  );
  assert.deepEqual([wantsAuthor(some, key(1)), wantsAuthor(some, key(2))], [true, false]);
  assert.ok(wantsAuthor({ sets: ['logs'], authors: [] }, key(2)));
});

test('of logs, both sides look at those that either wants', () => {
  const [a, b] = [
    { sets: [], authors: [key(1)] },
    { sets: ['profiles'], authors: [key(2)] },
  ];
  assert.deepEqual(eitherWants(a, b), eitherWants(b, a));
  assert.equal(eitherWants(a, b)?.size, 2);
  assert.equal(eitherWants(a, { sets: ['logs'], authors: [] }), undefined);
});

test('what another name covers is left out, and nothing else', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.constantFrom('a', 'ab', 'ab*', 'a*', 'b', 'b*', '*', 'ba*', 'logs')), (sets) => {
      const fewer = withoutOverlap({ sets, authors: [] });
      for (const name of ['a', 'ab', 'abc', 'b', 'bab', 'logs', 'c', '']) {
        assert.equal(wantsSet(fewer, name), wantsSet({ sets, authors: [] }, name), name);
        assert.ok(fewer.sets.filter((set) => wantsSet({ sets: [set], authors: [] }, name)).length <= 1, name);
      }
    }),
  );
});

test('sets are scopes and the four that are none', () => {
  assert.deepEqual(
    ['channel:main', 'mailbox:dot1:0123456789abcdef', 'name:bot:ann', 'profiles', 'logs', 'forks', 'certificates'].map(
      isSetName,
    ),
    new Array(7).fill(true),
  );
  assert.deepEqual(
    ['channel:*', 'channel:', 'blobs', '', `channel:${'x'.repeat(33)}`, '__proto__'].map(isSetName),
    new Array(6).fill(false),
  );
  assert.equal(utf8(`name:${'x'.repeat(59)}`).length, 64, 'names of sets are short');
});

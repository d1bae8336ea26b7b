import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  compare,
  equalConstantTime,
  fromBase64,
  fromBase64ByHand,
  fromHex,
  toBase64,
  toBase64ByHand,
  toHex,
  toHexByHand,
} from './bytes.ts';

const bytes = fc.uint8Array({ maxLength: 300 });

test('hex and base64 come back as they went, in the spelling that Buffer gives', () => {
  fc.assert(
    fc.property(bytes, (value) => {
      for (const encode of [toHex, toHexByHand, toHexByHand])
        assert.equal(encode(value), Buffer.from(value).toString('hex'));
      assert.deepEqual(fromHex(toHex(value)), Uint8Array.from(value));
      for (const encode of [toBase64, toBase64ByHand]) {
        assert.equal(encode(value), Buffer.from(value).toString('base64'));
      }
      for (const decode of [fromBase64, fromBase64ByHand]) {
        assert.deepEqual(decode(toBase64(value)), Uint8Array.from(value));
      }
    }),
  );
});

test('any other spelling of base64 is refused, by the platform and by hand alike', () => {
  for (const text of [
    'A',
    'AA',
    'AA=',
    'AA= =',
    'AB==',
    'AAB=',
    'AA==AAAA',
    ' AAAA',
    'AAA\n',
    'AA-_',
    '====',
    'AAAA====',
  ]) {
    assert.deepEqual([fromBase64(text), fromBase64ByHand(text)], [undefined, undefined], JSON.stringify(text));
  }
  assert.deepEqual(fromBase64(''), new Uint8Array());
});

test('on any text both decoders of base64 agree', () => {
  const text = fc.string({ unit: fc.constantFrom('A', 'B', '/', '+', '=', ' ', '-', 'z', '\n', 'é'), maxLength: 12 });
  fc.assert(
    fc.property(text, (value) => assert.deepEqual(fromBase64(value), fromBase64ByHand(value))),
    { numRuns: 2000 },
  );
});

test('upper-case and odd hex is refused, and hex of another length than asked for', () => {
  for (const text of ['A0', '0', 'zz', '0x']) assert.equal(fromHex(text), undefined);
  assert.equal(fromHex('00', 2), undefined);
});

test('comparison is that of memcmp, and the constant-time one tells the same equality', () => {
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      assert.equal(Math.sign(compare(a, b)), Math.sign(Buffer.compare(a, b)));
      assert.equal(equalConstantTime(a, b), Buffer.compare(a, b) === 0);
    }),
  );
});

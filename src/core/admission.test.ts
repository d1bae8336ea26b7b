import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type AdmissionRecord,
  admissionHash,
  admissionSignedBytes,
  decodeAdmissions,
  encodeAdmissions,
} from './admission.ts';
import { concat, fromUtf8, toHex } from './bytes.ts';
import { DecodeError, UsageError } from './errors.ts';
import { tagged, u16, varint } from './wire.ts';

const peer = new Uint8Array(32).fill(9);
const id = (byte: number) => new Uint8Array(32).fill(byte);
const record = (byte: number, more: Partial<AdmissionRecord> = {}): AdmissionRecord => ({
  ...{ id: id(byte), scope: 'channel:main', received: 1_700_000_000_000, expires: 0, hops: 0 },
  ...more,
});
const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());
const listOf = (...records: Uint8Array[]) =>
  concat(
    Uint8Array.of(1, 1, 0, 0),
    peer,
    u16(records.length),
    ...records.map((bytes) => concat(varint(bytes.length), bytes)),
  );
const fields = [tagged(1, id(1)), tagged(3, 'channel:main'), tagged(5, varint(1))];

test('a list reads back as it was written, sorted', () => {
  const records = [
    record(2),
    record(1, { expires: 5, resolvedKey: id(8), hops: 3 }),
    record(1, { scope: 'channel:a' }),
  ];
  const list = decodeAdmissions(encodeAdmissions({ peer, records }));
  assert.deepEqual(list, { peer, records: [records[2], records[1], records[0]] });
});

test('any record survives the round trip', () => {
  const arbitrary = fc.record(
    {
      id: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      scope: fc.constantFrom('channel:main', 'mailbox:dot1:0123456789abcdef'),
      received: fc.maxSafeNat(),
      expires: fc.maxSafeNat(),
      hops: fc.nat(255),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(arbitrary, (one) => {
      assert.deepEqual(decodeAdmissions(encodeAdmissions({ peer, records: [one] })).records, [one]);
    }),
  );
});

test('what is not in its one form is refused', () => {
  const one = concat(...fields);
  const cases: [string, Uint8Array][] = [
    ['version', Uint8Array.of(2, 1, 0, 0)],
    ['suite', Uint8Array.of(1, 2, 0, 0)],
    ['features', Uint8Array.of(1, 1, 0, 1)],
    ['count', concat(Uint8Array.of(1, 1, 0, 0), peer, u16(2049))],
    ['record', listOf(one, one)],
    ['record', listOf(new Uint8Array(257))],
    ['tags', listOf(concat(...fields, tagged(13, '')))],
    ['expires', listOf(concat(...fields, tagged(7, varint(0))))],
    ['hops', listOf(concat(...fields, tagged(11, varint(256))))],
    ['resolved key', listOf(concat(...fields, tagged(9, 'short')))],
    ['scope', listOf(concat(tagged(1, id(1)), tagged(3, 'group:x'), tagged(5, varint(1))))],
    ['id', listOf(concat(tagged(3, 'channel:main'), tagged(5, varint(1))))],
    ['received', listOf(concat(tagged(1, id(1)), tagged(3, 'channel:main')))],
    ['end', concat(listOf(one), Uint8Array.of(0))],
  ];
  for (const [field, bytes] of cases) {
    assert.throws(
      () => decodeAdmissions(bytes),
      (error) => error instanceof DecodeError && error.field === field,
      field,
    );
  }
  assert.throws(() => encodeAdmissions({ peer, records: new Array(2049).fill(record(1)) }), UsageError);
});

test('the signature stands under its own label, and so does the hash that settles ties', () => {
  const encoded = encodeAdmissions({ peer, records: [record(1)] });
  assert.ok(fromUtf8(admissionSignedBytes(encoded).subarray(0, 17))?.startsWith('pipes/admission/1'));
  assert.equal(admissionSignedBytes(encoded).length, encoded.length + 18);
  const other = admissionHash(sha256, id(1), record(1));
  assert.notEqual(toHex(admissionHash(sha256, peer, record(1))), toHex(other));
});

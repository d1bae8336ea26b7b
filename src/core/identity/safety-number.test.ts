import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../platform/node/crypto.ts';
import { fingerprint, readSafetyNumber, safetyGroups, safetyNumber, safetyQrText } from './safety-number.ts';

const keys = (byte: number) => ({
  key: new Uint8Array(32).fill(byte),
  agreementKey: new Uint8Array(32).fill(byte + 1),
});
const [ann, ben] = [keys(1), keys(11)];

test('both sides see the same sixty digits', () => {
  const number = safetyNumber(sha256, ann, ben);
  assert.match(number, /^\d{60}$/);
  assert.equal(safetyNumber(sha256, ben, ann), number);
  assert.deepEqual(
    safetyGroups(number).map(({ length }) => length),
    Array(12).fill(5),
  );
});

test('either key of either side changes the number', () => {
  const number = safetyNumber(sha256, ann, ben);
  const other = new Uint8Array(32).fill(77);
  assert.notEqual(safetyNumber(sha256, ann, { ...ben, key: other }), number);
  assert.notEqual(safetyNumber(sha256, ann, { ...ben, agreementKey: other }), number);
  assert.notEqual(safetyNumber(sha256, { ...ann, agreementKey: other }, ben), number);
});

test('the two keys of one side cannot change places', () => {
  assert.notEqual(fingerprint(sha256, ann), fingerprint(sha256, { key: ann.agreementKey, agreementKey: ann.key }));
});

test('a key of another length is refused', () => {
  assert.throws(() => fingerprint(sha256, { ...ann, key: new Uint8Array(31) }), /expected keys of 32 bytes/);
});

test('a number is read from a QR code, from groups and from lines, and nothing else passes for one', () => {
  const number = safetyNumber(sha256, ann, ben);
  assert.equal(readSafetyNumber(safetyQrText(number)), number);
  assert.equal(readSafetyNumber(safetyGroups(number).join(' ')), number);
  assert.equal(readSafetyNumber(`\n${safetyGroups(number).join('\n')} `), number);
  for (const bad of ['', number.slice(1), `${number}0`, 'x'.repeat(60), 'https://example.org/']) {
    assert.equal(readSafetyNumber(bad), undefined, bad);
  }
});

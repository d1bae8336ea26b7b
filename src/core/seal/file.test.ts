import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concat } from '../bytes.ts';
import { DecodeError } from '../errors.ts';
import { tagged, varint } from '../wire.ts';
import { decodeFile, encodeFile, fitFileName, fitFileType, isFileName, isOneChunk, MAX_FILE_BYTES } from './file.ts';

const file = { name: 'a.txt', type: '', size: 0, key: new Uint8Array(32), hash: new Uint8Array(32) };
const fields = (name: string, size: Uint8Array, key = file.key) =>
  concat(tagged(1, name), tagged(3, ''), tagged(5, size), tagged(7, key), tagged(9, file.hash));

test('a file reads back as it was written', () => {
  assert.deepEqual(decodeFile(encodeFile(file)), file);
  assert.deepEqual(decodeFile(fields('a.txt', varint(0))), file);
});

test('names that lead elsewhere or hide something are refused', () => {
  for (const name of ['', '.', '..', 'a/b', 'a\\b', 'a\nb', 'a\u0000', 'a\u0085', 'a\u2028', 'x'.repeat(257)]) {
    assert.equal(isFileName(name), false, JSON.stringify(name));
    assert.throws(() => decodeFile(fields(name, varint(0))), DecodeError, JSON.stringify(name));
  }
});

test('sizes and keys out of bounds are refused', () => {
  assert.throws(() => decodeFile(fields('a', varint(MAX_FILE_BYTES + 1))), DecodeError);
  assert.throws(() => decodeFile(fields('a', Uint8Array.of(0x80, 0))), DecodeError);
  assert.throws(() => decodeFile(fields('a', varint(0), new Uint8Array(31))), DecodeError);
  assert.throws(() => decodeFile(concat(fields('a', varint(0)), tagged(3, 'text/plain'))), DecodeError);
});

test('any name is fitted to one that may be sealed', () => {
  assert.equal(fitFileName('C:\\photos\\über alles.jpg'), 'über alles.jpg');
  assert.equal(fitFileName('../../etc/passwd'), 'passwd');
  assert.equal(fitFileName('..'), 'file');
  assert.equal(fitFileName('a\u0000b'), 'a_b');
  assert.ok(fitFileName(`${'x'.repeat(400)}.pdf`).endsWith('x.pdf'));
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (name) => isFileName(fitFileName(name))));
  assert.equal(fitFileType('image/png'), 'image/png');
  assert.equal(fitFileType('bäd'), '');
});

test('one chunk holds a file up to 1 MiB', () => {
  assert.equal(isOneChunk(file), true);
  assert.equal(isOneChunk({ ...file, size: 1_048_576 }), true);
  assert.equal(isOneChunk({ ...file, size: 1_048_577 }), false);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mayPreview, readPicture } from './picture.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const png = (width: string, height: string): Uint8Array =>
  bytes(`89504e470d0a1a0a 0000000d 49484452 ${width} ${height} 0806000000`);

test('the content of a picture names its type and size', () => {
  assert.deepEqual(readPicture(png('00000010', '00000020')), { type: 'image/png', width: 16, height: 32 });
  assert.deepEqual(readPicture(bytes('474946383961 1000 2000 0000')), { type: 'image/gif', width: 16, height: 32 });
  assert.deepEqual(readPicture(bytes('ffd8 ffe00004 0000 ffff c0 0011 08 0020 0010 03 0122')), {
    type: 'image/jpeg',
    width: 16,
    height: 32,
  });
  const lossy = '52494646 00000000 57454250 56503820 00000000 000000 9d012a 1000 2000';
  assert.deepEqual(readPicture(bytes(lossy)), { type: 'image/webp', width: 16, height: 32 });
  const extended = '52494646 00000000 57454250 56503858 0a000000 00000000 0f0000 1f0000';
  assert.deepEqual(readPicture(bytes(extended)), { type: 'image/webp', width: 16, height: 32 });
  const lossless = '52494646 00000000 57454250 5650384c 00000000 2f 0fc00700 00000000 00';
  assert.deepEqual(readPicture(bytes(lossless)), { type: 'image/webp', width: 16, height: 32 });
});

test('a picture that unpacks to more than a screen needs is none', () => {
  assert.equal(readPicture(png('0000ea60', '0000ea60')), undefined);
  assert.equal(readPicture(png('ffffffff', '00000001')), undefined);
  assert.equal(readPicture(png('00000000', '00000001')), undefined);
});

test('a GIF is as large as the largest of its frames', () => {
  const small = '474946383961 0a00 0a00 80 00 00 000000 ffffff';
  const frame = (width: string, height: string) =>
    `21f904 00000000 00 2c 0000 0000 ${width} ${height} 80 000000 ffffff 02 02 4401 00`;
  const moving = bytes(`${small} ${frame('0a00', '0a00')} ${frame('2000', '4000')} 3b`);
  assert.deepEqual(readPicture(moving), { type: 'image/gif', width: 32, height: 64 });
  assert.equal(readPicture(bytes(`${small} ${frame('0a00', '0a00')} ${frame('ffff', 'ffff')} 3b`)), undefined);
});

test('markup and other files are no pictures', () => {
  for (const text of [
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    '<!doctype html>',
    '%PDF-1.7',
    '',
  ]) {
    assert.equal(readPicture(new TextEncoder().encode(text)), undefined);
  }
});

test('damaged beginnings never throw', () => {
  const head = fc.constantFrom('ffd8ff', '89504e470d0a1a0a', '47494638', '524946460000000057454250', '');
  fc.assert(
    fc.property(head, fc.uint8Array({ maxLength: 64 }), (start, rest) => {
      const found = readPicture(Uint8Array.from([...bytes(start), ...rest]));
      assert.ok(found === undefined || found.width * found.height <= 40_000_000);
    }),
  );
});

test('only what claims to be such a picture, and is not huge, is fetched for a preview', () => {
  assert.equal(mayPreview({ type: 'image/png', size: 1000 }), true);
  assert.equal(mayPreview({ type: 'image/svg+xml', size: 1000 }), false);
  assert.equal(mayPreview({ type: 'image/png', size: 9_000_000 }), false);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fitWithin, playedType, previewKind, readText } from './preview.ts';

const file = (name: string, type: string, size = 1000) => ({ name, type, size });

test('files are shown by what they are: pictures, sound, film, text and PDF', () => {
  assert.equal(previewKind(file('a.png', 'image/png')), 'picture');
  assert.equal(previewKind(file('a.mp3', 'audio/mpeg')), 'audio');
  assert.equal(previewKind(file('a.mp4', 'video/mp4')), 'video');
  assert.equal(previewKind(file('notes', 'text/plain')), 'text');
  assert.equal(previewKind(file('main.ts', '')), 'text');
  assert.equal(previewKind(file('report', 'application/pdf')), 'pdf');
});

test('what a browser could run is text', () => {
  assert.equal(previewKind(file('x.svg', 'image/svg+xml')), 'text');
  assert.equal(previewKind(file('x.html', 'text/html')), 'text');
  assert.equal(previewKind(file('x.exe', 'application/octet-stream')), 'none');
});

test('what is too large for memory is saved', () => {
  assert.equal(previewKind(file('a.mp4', 'video/mp4', 100_000_000)), 'none');
  assert.equal(previewKind(file('a.txt', 'text/plain', 3_000_000)), 'none');
  assert.equal(previewKind(file('a.pdf', 'application/pdf', 50_000_000)), 'none');
});

test('text is UTF-8 without zeros; its beginning is shown, never half a character', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  assert.deepEqual(readText(bytes('hé')), { text: 'hé', cut: false });
  assert.equal(readText(Uint8Array.of(0x50, 0x4b, 0, 1)), undefined);
  assert.equal(readText(Uint8Array.of(0xff, 0xfe)), undefined);
  const long = readText(bytes('😀'.repeat(40_000)));
  assert.equal(long?.cut, true);
  assert.ok(long?.text.isWellFormed());
});

test('only types of the list reach a player', () => {
  assert.equal(playedType('video/mp4'), 'video/mp4');
  assert.equal(playedType('text/html'), '');
});

test('a picture is made to fit its box and never enlarged', () => {
  const size = fc.integer({ min: 1, max: 60_000 });
  fc.assert(
    fc.property(size, size, (width, height) => {
      const fit = fitWithin(width, height, { width: 384, height: 320 });
      assert.ok(fit.width >= 1 && fit.height >= 1 && fit.width <= 384 && fit.height <= 320);
      assert.ok(fit.width <= width && fit.height <= height);
    }),
  );
});

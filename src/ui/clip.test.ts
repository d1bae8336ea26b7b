import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { blocks, clip, segments } from './clip.ts';

test('a short text is shown whole', () => {
  assert.deepEqual(clip('hello\nworld'), { shown: 'hello\nworld', clipped: false });
});

test('a megabyte on one line, or in many, is clipped', () => {
  assert.equal(clip('x'.repeat(1_000_000)).shown.length, 3000);
  const lines = clip('line\n'.repeat(200_000));
  assert.equal(lines.clipped, true);
  assert.equal(lines.shown.split('\n').length, 30);
});

test('clipping and blocks never halve a character', () => {
  assert.ok(clip(`x${'🚀'.repeat(5000)}`).shown.isWellFormed());
  assert.ok(blocks(`x${'🚀'.repeat(50_000)}`).every((block) => block.isWellFormed()));
});

test('blocks joined give the text, and each is bounded', () => {
  const piece = fc.constantFrom('x', '\n', '🚀', 'word ', 'y'.repeat(3000));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const found = blocks(pieces.join(''));
      assert.equal(found.join(''), pieces.join(''));
      assert.ok(found.every((block) => block.length > 0 && block.length <= 8000));
    }),
  );
});

test('links are http and https alone, without the sentence around them', () => {
  assert.deepEqual(segments('See https://example.org/a(1), or http://b.example!'), [
    { text: 'See ' },
    { text: 'https://example.org/a(1)', href: 'https://example.org/a(1)' },
    { text: ', or ' },
    { text: 'http://b.example', href: 'http://b.example/' },
    { text: '!' },
  ]);
  for (const text of ['javascript:alert(1)', 'data:text/html,x', 'https://', 'file:///etc/passwd']) {
    assert.ok(segments(text).every(({ href }) => href === undefined));
  }
});

test('closing brackets without end take no time', () => {
  const address = `https://a.b/${')'.repeat(200_000)}x`;
  const { user } = process.cpuUsage();
  assert.deepEqual(
    segments(address).map(({ text }) => text),
    [address],
  );
  assert.ok(process.cpuUsage().user - user < 1e6);
});

test('segments joined give the text', () => {
  const piece = fc.constantFrom('https://a.b/', 'http://', ' ', '(', ')', '.', 'x', '"', '<', '\n');
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      assert.equal(
        segments(pieces.join(''))
          .map(({ text }) => text)
          .join(''),
        pieces.join(''),
      );
    }),
  );
});

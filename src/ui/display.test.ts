import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bodyText, colourOf, fileNameText, fold, initial, nameText } from './display.ts';

test('a name loses what reorders, hides or breaks the line, and keeps its letters', () => {
  assert.equal(nameText('\u202eAda\u202c  Love\u200blace\n', 'x'), 'Ada Lovelace');
  assert.equal(nameText('أمل', 'x'), 'أمل');
  assert.equal(nameText('👩‍🚀', 'x'), '👩‍🚀');
});

test('a name of which nothing visible is left falls back', () => {
  for (const empty of ['', '   ', '\u200b\u2060', '\u3164', '\u0000\u0007', '\u200d']) {
    assert.equal(nameText(empty, 'fallback'), 'fallback');
  }
});

test('a long name and stacked marks are cut', () => {
  assert.equal(nameText('x'.repeat(200), 'x').length, 65);
  assert.equal(nameText(`Z${'\u0334'.repeat(50)}`, 'x').length, 5);
  assert.equal(nameText(`${'x'.repeat(63)}🚀`, 'x'), `${'x'.repeat(63)}…`);
});

test('a shown name never holds a control, a format character but joiners, or half a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (raw) => {
      const shown = nameText(raw, 'fallback');
      assert.doesNotMatch(shown, /\p{Cc}|(?![\u200c\u200d])\p{Cf}|\p{Zl}|\p{Zp}|\p{Cs}/u);
      assert.ok(shown.length <= 65 && shown !== '');
    }),
  );
});

test('names that look alike fold to one', () => {
  assert.equal(fold('Ada\u200b '), fold('ａda'));
  assert.notEqual(fold('Ada'), fold('Eda'));
});

test('a message keeps its lines and shows controls instead of obeying them', () => {
  assert.equal(bodyText('one\r\ntwo\rthree\tfour'), 'one\ntwo\nthree\tfour');
  assert.equal(bodyText('a\u0000b\u001b[31mc'), 'a\ufffdb\ufffd[31mc');
  assert.equal(bodyText('\u202egnp.exe\u2066x\u2069'), 'gnp.exex');
});

test('a file name has no path, no disguised ending, and is never hidden or empty', () => {
  assert.equal(fileNameText('../../etc/passwd'), '_.._etc_passwd');
  assert.equal(fileNameText('photo\u202egnp.exe'), 'photognp.exe');
  assert.equal(fileNameText('.bashrc'), 'bashrc');
  assert.equal(fileNameText(' . '), 'file');
  assert.equal(fileNameText('a:b|c?.txt. '), 'a_b_c_.txt');
});

test('a long file name keeps its ending', () => {
  const name = fileNameText(`${'x'.repeat(500)}.tar`);
  assert.equal(name.length, 120);
  assert.ok(name.endsWith('x.tar'));
  assert.ok(!fileNameText(`${'x'.repeat(119)} ${'y'.repeat(20)}`).endsWith(' '), 'cut at a space');
});

test('avatars show one whole character in a colour of their key', () => {
  assert.equal(initial('🚀rocket'), '🚀');
  assert.equal(initial(''), '?');
  assert.equal(colourOf('000a'.padEnd(64, '0'), 8), 2);
  assert.equal(colourOf(undefined, 8), 0);
});

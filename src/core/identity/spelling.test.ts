import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromHex } from '../bytes.ts';
import { derivable, dot1Of, keyFromHex, keyFromUser, keyToHex, userOf } from './spelling.ts';

const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());
const keys = fc.uint8Array({ minLength: 32, maxLength: 32 });

test('every identity of the published vectors bears the dot1 that derives from its key', () => {
  const vectors = new URL('../../../test/vectors/piperchat.json', import.meta.url);
  const { people } = JSON.parse(readFileSync(vectors, 'utf8'));
  assert.ok(people.length >= 3);
  for (const { ed25519_pub, dot1 } of people) {
    const key = keyFromHex(ed25519_pub);
    assert.ok(key);
    assert.equal(dot1Of(sha256, key), dot1);
    assert.ok(derivable(sha256, dot1, key));
  }
});

test('a dot1 does not derive from another key, nor with another prefix or case', () => {
  const key = new Uint8Array(32).fill(1);
  const dot1 = dot1Of(sha256, key);
  assert.ok(!derivable(sha256, dot1, new Uint8Array(32).fill(2)));
  assert.ok(!derivable(sha256, dot1.toUpperCase(), key));
  assert.ok(!derivable(sha256, dot1.slice(5), key));
});

test('the worked spellings of spec/01-identity.md hold', () => {
  const key = fromHex('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f');
  assert.ok(key);
  assert.equal(dot1Of(sha256, key), 'dot1:630dcd2966c43366');
  assert.equal(userOf(key), 'USER.000G40R40M30E209185GR38E1W8124GK2GAHC5RR34D1P70X3RFG');
});

test('hex and USER spell every key and read back as the same key', () => {
  fc.assert(
    fc.property(keys, (key) => {
      assert.deepEqual(keyFromHex(keyToHex(key)), key);
      assert.deepEqual(keyFromUser(userOf(key)), key);
      assert.match(userOf(key), /^USER\.[0-9A-HJKMNP-TV-Z]{52}$/);
    }),
  );
});

test('USER is read as people type it: lower case, O for 0, I and L for 1', () => {
  const key = new Uint8Array(32);
  key[31] = 0x01;
  key[0] = 0x08;
  const user = userOf(key);
  assert.ok(user.includes('0') && user.includes('1'));
  const typed = user.slice(5).replaceAll('0', 'o').replaceAll('1', 'l');
  assert.deepEqual(keyFromUser(`USER.${typed}`), key);
  assert.deepEqual(keyFromUser(`USER.${typed.replaceAll('l', 'I')}`), key);
});

test('what is no spelling reads as undefined', () => {
  const good = userOf(new Uint8Array(32).fill(0xff));
  for (const bad of ['', 'USER.', good.slice(5), `${good}0`, good.slice(0, -1), `@${good}`, good.replace('Z', 'U')]) {
    assert.equal(keyFromUser(bad), undefined, bad);
  }
  assert.equal(keyFromUser(`${good.slice(0, -1)}Z`), undefined, 'unused bits set');
  assert.equal(keyFromUser(`USER.${'ﬀ'.repeat(26)}`), undefined, 'a letter that grows in upper case');
  for (const bad of ['', 'aa', 'A'.repeat(64), 'a'.repeat(62), 'g'.repeat(64)])
    assert.equal(keyFromHex(bad), undefined);
});

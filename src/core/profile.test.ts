import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromUtf8 } from './bytes.ts';
import { DecodeError } from './errors.ts';
import { compareProfiles, parseProfile, profileSignedBytes, profileToJson } from './profile.ts';

const json = {
  format: 1,
  suite: 1,
  features: 0,
  key: '11'.repeat(32),
  agreement_key: '22'.repeat(32),
  name: 'Zoë',
  version: 7,
  channels: ['a', 'main'],
  sig: '33'.repeat(64),
};

test('a profile reads back as the JSON that it came from', () => {
  assert.deepEqual(profileToJson(parseProfile(json)), json);
  const more = { ...json, agent: true, x_colour: 'blue' };
  assert.deepEqual(profileToJson(parseProfile(more)), more);
});

test('the signature covers label and canonical JSON, members in order, ignorable ones too', () => {
  const text = fromUtf8(profileSignedBytes(parseProfile({ ...json, x_colour: 'blue', agent: true }))) ?? '';
  assert.equal(
    text,
    `pipes/profile/1\n{"agent":true,"agreement_key":"${json.agreement_key}","channels":["a","main"],"features":0,` +
      `"format":1,"key":"${json.key}","name":"Zoë","suite":1,"version":7,"x_colour":"blue"}`,
  );
});

test('each malformed member is refused by name', () => {
  const cases: [field: string, change: Record<string, unknown>][] = [
    ['format', { format: 2 }],
    ['suite', { suite: 2 }],
    ['features', { features: 1 }],
    ['features', { features: undefined }],
    ['key', { key: 'AA'.repeat(32) }],
    ['key', { key: 1 }],
    ['agreement_key', { agreement_key: '22'.repeat(31) }],
    ['sig', { sig: undefined }],
    ['name', { name: null }],
    ['name', { name: 'x'.repeat(65) }],
    ['name', { name: 'a\nb' }],
    ['name', { name: 'a\u0085b' }],
    ['name', { name: '\ud800' }],
    ['version', { version: 0 }],
    ['version', { version: 1.5 }],
    ['version', { version: 2 ** 53 }],
    ['channels', { channels: 'main' }],
    ['channels', { channels: Array.from({ length: 257 }, (_, i) => `c${1000 + i}`) }],
    ['channels[0]', { channels: ['Main'] }],
    ['channels[1]', { channels: ['main', 'main'] }],
    ['channels[1]', { channels: ['main', 'a'] }],
    ['agent', { agent: false }],
    ['profile', { surprise: 1 }],
    ['x_colour', { x_colour: 1 }],
    ['x_colour', { x_colour: 'x'.repeat(257) }],
    ['profile', Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`x_a${i}`, '']))],
  ];
  for (const [field, change] of cases) {
    const refused = (error: unknown) => error instanceof DecodeError && error.field === field;
    assert.throws(() => parseProfile({ ...json, ...change }), refused, JSON.stringify(change).slice(0, 60));
  }
  for (const value of [null, undefined, [], 'x', 1]) assert.throws(() => parseProfile(value), DecodeError);
});

test('members named like parts of every object change nothing', () => {
  assert.throws(() => parseProfile(JSON.parse('{"__proto__":{"format":1}}')), DecodeError);
  assert.throws(() => parseProfile({ ...json, ...JSON.parse('{"__proto__":1}'), constructor: 1 }), DecodeError);
});

test('the greater version counts, and one version with two contents is a conflict', () => {
  const current = parseProfile(json);
  assert.equal(compareProfiles(current, parseProfile({ ...json, version: 8 })), 'newer');
  assert.equal(compareProfiles(current, parseProfile({ ...json, version: 6 })), 'older');
  assert.equal(compareProfiles(current, parseProfile(json)), 'same');
  assert.equal(compareProfiles(current, parseProfile({ ...json, name: 'Mallory' })), 'conflict');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isChannelName } from '../core/scope.ts';
import { channelHref, channelOf, messageHref, messageOf, toChannelName } from './route.ts';

test('a channel and its address lead to each other', () => {
  assert.equal(channelOf(channelHref('main')), 'main');
  assert.equal(channelOf('#/c/Garden'), 'garden');
});

test('a message and its address lead to each other', () => {
  const id = '0123456789abcdef'.repeat(4);
  const hash = messageHref('main', id);
  assert.equal(channelOf(hash), 'main');
  assert.ok(id.startsWith(messageOf(hash) ?? 'none'));
  assert.equal(messageOf(channelHref('main')), undefined);
  assert.equal(messageOf('#/channel/main/0123'), undefined, 'too short to be one message alone');
});

test('an address that names no channel gives none', () => {
  for (const hash of ['', '#', '#/c/', '#/c/a/b', '#/c/a b', `#/c/${'x'.repeat(33)}`, '#/x/main', '#/c/%6dain']) {
    assert.equal(channelOf(hash), undefined);
  }
});

test('what people type becomes a name', () => {
  assert.equal(toChannelName(' Über uns! '), 'uber-uns');
  assert.equal(toChannelName('a--b__c'), 'a-b-c');
  assert.equal(toChannelName('日本'), '');
});

test('a typed name is always a channel name or empty, and stays as it is when typed again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (typed) => {
      const name = toChannelName(typed);
      assert.ok(name === '' || isChannelName(name));
      assert.equal(toChannelName(name), name);
    }),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionOf, channelBeside, KEY_LIST } from './keyboard.ts';
import { en } from './text/en/index.ts';

const NONE = { altKey: false, ctrlKey: false, metaKey: false, shiftKey: false };
const press = (key: string, held: Partial<typeof NONE> = {}, typing = false) =>
  actionOf({ ...NONE, key, ...held }, typing);

test('a question mark asks for the list of keys, but where one is writing it is written', () => {
  assert.equal(press('?', { shiftKey: true }), 'keys');
  assert.equal(press('؟', { shiftKey: true }), 'keys');
  assert.equal(press('?', { shiftKey: true }, true), undefined);
  assert.equal(press('/', { ctrlKey: true }, true), 'keys');
  assert.equal(press('/', { metaKey: true }, true), 'keys');
});

test('keys with Control, Command or Alt work while one writes', () => {
  assert.equal(press('k', { ctrlKey: true }, true), 'search');
  assert.equal(press('K', { metaKey: true }, true), 'search');
  assert.equal(press('ArrowDown', { altKey: true }, true), 'channelAfter');
  assert.equal(press('ArrowUp', { altKey: true, shiftKey: true }, true), 'unreadBefore');
  assert.equal(press('F6', {}, true), 'partAfter');
  assert.equal(press('F6', { shiftKey: true }, true), 'partBefore');
  assert.equal(press('Escape', {}, true), 'write');
});

test('what belongs to the browser or to a text is left alone', () => {
  for (const key of ['a', 'k', '/', 'Enter', 'ArrowUp', 'Tab']) assert.equal(press(key), undefined, key);
  assert.equal(press('k', { ctrlKey: true, metaKey: true }), undefined);
  assert.equal(press('k', { ctrlKey: true, altKey: true }), undefined, 'AltGr writes letters');
  assert.equal(press('ArrowDown', { ctrlKey: true, altKey: true }), undefined);
});

test('channels go round; those with unread messages are found past the others and past muted ones', () => {
  const channels = [
    { name: 'a', unread: 0, muted: false },
    { name: 'b', unread: 3, muted: false },
    { name: 'c', unread: 1, muted: true },
    { name: 'd', unread: 0, muted: false },
  ];
  assert.equal(channelBeside(channels, 'd', 1, false), 'a');
  assert.equal(channelBeside(channels, 'a', -1, false), 'd');
  assert.equal(channelBeside(channels, 'd', 1, true), 'b');
  assert.equal(channelBeside(channels, 'd', -1, true), 'b');
  assert.equal(channelBeside(channels.slice(2), 'd', 1, true), undefined);
  assert.equal(channelBeside([], 'a', 1, false), undefined);
});

test('every key of the list has words, and every word a key', () => {
  const uses = KEY_LIST.flatMap(({ keys }) => keys.map(({ does }) => does));
  assert.deepEqual(uses.toSorted(), Object.keys(en.keys.uses).toSorted());
  assert.deepEqual(KEY_LIST.map(({ group }) => group).toSorted(), Object.keys(en.keys.groups).toSorted());
});

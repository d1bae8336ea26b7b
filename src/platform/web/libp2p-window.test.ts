import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tellOfRoomSeldom } from './libp2p-window.ts';

function stream() {
  const told: number[] = [];
  const listeners: ((event: { data: { byteLength: number } }) => void)[] = [];
  let came = 0;
  const raw = {
    sendWindowUpdate: () => void told.push(came),
    addEventListener: (_: 'message', listener: (typeof listeners)[number]) => void listeners.push(listener),
  };
  return {
    ...{ raw, told },
    /** As a yamux stream does: whoever listens first, then a word of room. */
    comes(byteLength: number) {
      came += byteLength;
      for (const listener of listeners) listener({ data: { byteLength } });
      raw.sendWindowUpdate();
    },
  };
}

test('the first word of room goes at once, and then one for each half of the least window', () => {
  const { raw, told, comes } = stream();
  tellOfRoomSeldom(raw);
  for (let i = 0; i < 16; i++) comes(32_768);
  assert.deepEqual(told, [32_768, 163_840, 294_912, 425_984]);
});

test('no more than half of the least window stays untold', () => {
  const { raw, told, comes } = stream();
  tellOfRoomSeldom(raw);
  for (let i = 1; i <= 100; i++) {
    comes(i * 1000);
    const came = (i * (i + 1) * 1000) / 2;
    assert.ok(came - (told.at(-1) ?? 0) < 131_072);
  }
});

test('a stream that tells of no room is left as it is', () => {
  const bare = { addEventListener: () => assert.fail('nothing to listen for') };
  tellOfRoomSeldom(bare);
  assert.deepEqual(Object.keys(bare), ['addEventListener']);
});

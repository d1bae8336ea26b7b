import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../runtime/api.ts';
import { excerptOf, type Found, searchMessages } from './search.ts';
import { sample, samples } from './workbench/sample.ts';

/** Messages as a channel gives them: the newest before a time. */
const channelOf = (all: readonly Message[]) => ({
  messages: async ({ limit = 100, before }: { limit?: number; before?: Date } = {}) =>
    all.filter(({ time }) => before === undefined || time < before).slice(-limit),
});

async function search(
  channels: Parameters<typeof searchMessages>[0],
  query: string,
  signal = new AbortController().signal,
) {
  const found: Found[] = [];
  await searchMessages(channels, query, { signal, onFound: (more) => found.push(...more) });
  return found;
}

test('what was said is found newest first, whatever the case, over all pages and channels', async () => {
  const messages = samples(0, 1000).map((each, n) => (n % 300 === 0 ? { ...each, text: `The Needle, ${n}` } : each));
  const found = await search([channelOf(messages), channelOf([sample(5, { text: 'needle elsewhere' })])], 'needle');
  assert.deepEqual(
    found.map(({ message }) => message.text),
    ['The Needle, 900', 'The Needle, 600', 'The Needle, 300', 'The Needle, 0', 'needle elsewhere'],
  );
});

test('messages of one time are all looked at, and each is found once', async () => {
  const time = new Date(1_700_000_000_000);
  const messages = Array.from({ length: 450 }, (_, n) => sample(n, { time, text: n % 150 === 0 ? 'needle' : 'hay' }));
  assert.equal((await search([channelOf(messages)], 'needle')).length, 3);
});

test('names of files are found, sealed messages are not, and a single letter finds nothing', async () => {
  const file = { name: 'needle.pdf', type: '', size: 1, read: async () => new Uint8Array() };
  const sealed = sample(2, { text: undefined, lock: { state: 'sealed', reason: 'not-for-you' } });
  const channel = channelOf([sample(1, { text: '', files: [file] }), sealed]);
  assert.equal((await search([channel], 'needle')).length, 1);
  assert.equal((await search([channel], 'n')).length, 0);
});

test('no more is found than can be shown, and a search that is given up ends', async () => {
  const many = channelOf(samples(0, 500));
  assert.equal((await search([many], 'message')).length, 60);
  const stop = new AbortController();
  stop.abort();
  assert.equal((await search([many], 'message', stop.signal)).length, 0);
});

test('an excerpt shows the match as it was written, with something around it', () => {
  assert.deepEqual(excerptOf('İstanbul: The NEEDLE is here', 'needle'), {
    before: 'İstanbul: The ',
    match: 'NEEDLE',
    after: ' is here',
  });
  const long = excerptOf(`${'x'.repeat(500)}needle${'y'.repeat(500)}`, 'needle');
  assert.ok((long?.before.length ?? 0) < 60 && (long?.after.length ?? 0) < 100);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Message, RosterEvent } from '../runtime/api.ts';
import {
  begin,
  eventsWithin,
  firstUnreadOf,
  olderRequest,
  order,
  rows,
  stretch,
  trimmed,
  withNews,
  withOlder,
  without,
} from './timeline.ts';
import { sample, samples } from './workbench/sample.ts';

const ids = (messages: readonly Message[]): number[] => messages.map(({ id }) => Number.parseInt(id, 16));
const at = (n: number, ms: number): Message => sample(n, { time: new Date(ms) });
const sealed = (n: number, reason: 'before-you-joined' | 'not-for-you' = 'before-you-joined'): Message =>
  sample(n, { text: undefined, lock: { state: 'sealed', reason } });

test('news in any order, repeated or changed, end up once and in order', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(20), fc.nat(3))), fc.nat(20), (arrivals, cut) => {
      const messages = arrivals.map(([n, version]) => ({ ...sample(n), text: `version ${version}` }));
      let timeline = withNews(begin([], false), messages.slice(0, cut));
      for (const message of messages.slice(cut)) timeline = withNews(timeline, [message]);
      assert.deepEqual(timeline.messages, timeline.messages.toSorted(order));
      assert.deepEqual(new Set(ids(timeline.messages)), new Set(arrivals.map(([n]) => n)));
      assert.equal(new Set(ids(timeline.messages)).size, timeline.messages.length);
      for (const message of timeline.messages)
        assert.equal(
          message,
          messages.findLast(({ id }) => id === message.id),
        );
    }),
  );
});

test('a message that moved in time is placed anew', () => {
  const timeline = withNews(begin([at(1, 1000), at(2, 2000)], false), [at(1, 3000)]);
  assert.deepEqual(ids(timeline.messages), [2, 1]);
});

test('news older than the loaded stretch wait until it is loaded', () => {
  const timeline = begin(samples(10, 20), true);
  assert.equal(withNews(timeline, [sample(5)]), timeline);
  assert.deepEqual(
    ids(withOlder(timeline, samples(5, 10), false).messages),
    [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
  );
  assert.deepEqual(ids(withNews(begin(samples(10, 12), false), [sample(5)]).messages), [5, 10, 11]);
});

test('paging misses none of those with equal times', () => {
  const all = [at(1, 1000), at(2, 2000), at(3, 2000), at(4, 2000), at(5, 3000)];
  let timeline = begin(all.slice(-2), true);
  for (let page = 0; page < 3; page++) {
    const { limit, before = new Date(9e15) } = olderRequest(timeline, 1);
    timeline = withOlder(timeline, all.filter(({ time }) => time < before).slice(-limit), true);
  }
  assert.deepEqual(ids(timeline.messages), [1, 2, 3, 4, 5]);
});

test('a reader of the newest keeps a bounded stretch and can ask for the rest again', () => {
  const short = begin(samples(0, 100), false);
  assert.equal(trimmed(short), short);
  const long = trimmed(begin(samples(0, 5000), false));
  assert.equal(long.messages.length, 1500);
  assert.equal(long.hasOlder, true);
  assert.deepEqual(ids(long.messages.slice(-1)), [4999]);
});

test('a stretch ends with the given message or the newest', () => {
  const timeline = begin(samples(0, 10), false);
  assert.deepEqual(stretch(timeline, undefined, 4), { start: 6, end: 10 });
  assert.deepEqual(stretch(timeline, sample(5).id, 4), { start: 2, end: 6 });
  assert.deepEqual(stretch(timeline, 'gone', 40), { start: 0, end: 10 });
});

test('rows begin each day with its date and group what one author says in one go', () => {
  const noon = new Date(2026, 0, 5, 12).getTime();
  const found = rows([at(1, noon), at(2, noon + 60_000), at(3, noon + 3_600_000), at(4, noon + 86_400_000)]);
  assert.deepEqual(
    found.map((row) => (row.kind === 'message' ? row.first : row.kind)),
    ['day', true, false, true, 'day', true],
  );
});

const joins = (time: number): RosterEvent => ({
  ...{ kind: 'joined', time: new Date(time), key: `${time}`, dot1: 'dot1:0', name: 'Konrad', agent: false },
});

test('who came stands where it happened, after the day it happened on, and breaks a group', () => {
  const noon = new Date(2026, 0, 5, 12).getTime();
  const messages = [at(1, noon), at(2, noon + 60_000), at(3, noon + 86_400_000)];
  const events = [joins(noon + 30_000), joins(noon + 86_300_000), joins(noon + 90_000_000)];
  assert.deepEqual(
    rows(messages, { events }).map((row) => (row.kind === 'message' ? row.first : row.kind)),
    ['day', true, 'event', true, 'day', 'event', true, 'event'],
  );
});

test('the line for new messages stands before the first that another said since', () => {
  const mine = sample(2, { author: { ...sample(2).author, self: true } });
  const messages = [sample(1), mine, sample(3)];
  const firstUnread = firstUnreadOf(messages, sample(1).time.getTime());
  assert.equal(firstUnread?.id, sample(3).id);
  assert.deepEqual(
    rows(messages, { firstUnread: firstUnread?.id }).map(({ kind }) => kind),
    ['day', 'message', 'message', 'unread', 'message'],
  );
  assert.equal(firstUnreadOf(messages, undefined), undefined, 'a first visit has no place to come back to');
});

test('events fall into the part of the timeline that is shown, and into one part alone', () => {
  const events = [joins(0), joins(1_700_000_004_500), joins(1_800_000_000_000)];
  const timeline = begin(samples(0, 10), false);
  const count = (part: { start: number; end: number }) => eventsWithin(events, timeline, part).length;
  assert.equal(count({ start: 0, end: 10 }), 3);
  assert.equal(count({ start: 0, end: 3 }), 1);
  assert.equal(count({ start: 3, end: 6 }), 1);
  assert.equal(count({ start: 6, end: 10 }), 1);
  assert.equal(eventsWithin(events, { ...timeline, hasOlder: true }, { start: 0, end: 3 }).length, 0);
});

test('keys of earlier messages are a row of their own, and what was taken back is gone', () => {
  const shared = sample(2, { text: '', sharedKeys: 12 });
  assert.deepEqual(
    rows([sample(1), shared]).map(({ kind }) => kind),
    ['day', 'message', 'shared'],
  );
  assert.deepEqual(ids(without(begin(samples(0, 3), false), sample(1).id).messages), [0, 2]);
});

test('an aside is no row, breaks no run, and is nothing new', () => {
  const aside = { ...sealed(2, 'not-for-you'), aside: true } as const;
  assert.deepEqual(
    rows([sealed(1, 'not-for-you'), aside, sealed(3, 'not-for-you'), aside]).map((row) => row.kind),
    ['day', 'sealed'],
  );
  assert.deepEqual(rows([aside]), []);
  assert.equal(firstUnreadOf([sample(1), aside, sealed(3), sample(4)], sample(1).time.getTime())?.id, sample(4).id);
});

test('a sealed and a plain message never share a heading with an open one', () => {
  const plain = sample(2, { lock: { state: 'plain', signed: true } });
  const found = rows([sample(1), plain, sample(3)]);
  assert.deepEqual(
    found.flatMap((row) => (row.kind === 'message' ? [row.first] : [])),
    [true, true, true],
  );
});

test('messages sealed for one reason become one row, for two reasons two', () => {
  const found = rows([sealed(1), sealed(2), sealed(3, 'not-for-you'), sample(4)]);
  assert.deepEqual(
    found.map((row) => (row.kind === 'sealed' ? [row.reason, row.messages.length] : row.kind)),
    ['day', ['before-you-joined', 2], ['not-for-you', 1], 'message'],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../../platform/node/crypto.ts';
import { LIMITS } from '../../registry.ts';
import { varint } from '../../wire.ts';
import type { Item } from '../item.ts';
import type { Supplied, Supply } from './actions.ts';
import { costOf, decodeMessage, type Message } from './messages.ts';
import { Outgoing } from './outgoing.ts';

const item = (time: number): Item => ({ time, id: sha256(varint(time)) });
const items = (length: number, first = 0): Item[] => Array.from({ length }, (_, i) => item(first + i));
const key = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);

/** All that the store is asked for now. */
const asked = (out: Outgoing): { job: number; supply: Supply }[] => [...out.supplies()];
const sent = (out: Outgoing): Message[] => [...out.sendable()].map(({ message }) => decodeMessage(message) as Message);

const rowsFor = (supply: Supply, bytes: number, used = Number.POSITIVE_INFINITY): Supplied => {
  assert.ok(supply.kind === 'rows');
  const taken = supply.items.slice(0, used);
  const rows = taken.map(({ time }) => ({ received: time, expires: 0, bytes: new Uint8Array(bytes) }));
  return { kind: 'rows', rows, used: taken.length };
};

/** Lets the store answer all that is asked for, until nothing is. */
function serve(out: Outgoing, answer: (supply: Supply) => Supplied): Message[] {
  const messages: Message[] = [];
  for (let jobs = asked(out); jobs.length > 0; jobs = asked(out)) {
    for (const { job, supply } of jobs) out.supplied(job, answer(supply));
    messages.push(...sent(out));
  }
  return messages;
}

test('rows go in pieces, each once, whatever fits into one', () => {
  const out = new Outgoing(LIMITS.syncWindowBytes);
  out.rows('logs', items(1000));
  out.rows('logs', items(500));
  assert.deepEqual([out.waiting('logs'), out.waitingInAll], [1000, 1000]);
  const messages = serve(out, (supply) => rowsFor(supply, 9, 30));
  const times = messages.flatMap((message) => (message.type === 'rows' ? message.rows.map((row) => row.received) : []));
  assert.deepEqual(
    times.sort((a, b) => a - b),
    Array.from({ length: 1000 }, (_, i) => i),
  );
  assert.deepEqual([out.isEmpty, out.waiting('logs'), out.waitingInAll], [true, 0, 0]);
});

test('rows that are gone by now do not make it run in a circle', () => {
  const out = new Outgoing(1000);
  out.rows('logs', items(3));
  let asks = 0;
  serve(out, (supply) => {
    assert.ok(++asks <= 3 && supply.kind === 'rows');
    return { kind: 'rows', rows: [], used: 0 };
  });
  assert.ok(out.isEmpty);
});

test('what the other side has shown to have does not go', () => {
  const out = new Outgoing(LIMITS.syncWindowBytes);
  out.rows('logs', items(3));
  out.drop('logs', item(1).id);
  out.drop('logs', item(1).id);
  out.drop('profiles', item(2).id);
  assert.equal(out.waitingInAll, 2);
  const [message] = serve(out, (supply) => rowsFor(supply, 9));
  assert.deepEqual(message?.type === 'rows' && message.rows.map(({ received }) => received), [0, 2]);
});

test('without credit nothing is read or sent, and with a byte of it one message may be', () => {
  const out = new Outgoing(0);
  out.rows('logs', items(600));
  assert.deepEqual([asked(out), sent(out)], [[], []]);
  out.grant(1);
  const jobs = asked(out);
  assert.ok(jobs.length > 0 && jobs.length <= 4, `${jobs.length} at once`);
  for (const { job, supply } of jobs) out.supplied(job, rowsFor(supply, 100));
  assert.equal(sent(out).length, 1);
  assert.deepEqual([asked(out), sent(out), out.isEmpty], [[], [], false]);
});

test('what is sent never exceeds what was granted by more than a message', () => {
  let granted = 50_000;
  const out = new Outgoing(granted);
  out.rows('logs', items(5000));
  let used = 0;
  for (let i = 0; i < 300 && !out.isEmpty; i++) {
    for (const { job, supply } of asked(out)) out.supplied(job, rowsFor(supply, 200));
    for (const { message } of out.sendable()) {
      assert.ok(used < granted);
      used += costOf(decodeMessage(message) as Message, message.length);
    }
    out.grant(7000);
    granted += 7000;
  }
  assert.ok(out.isEmpty);
});

test('more credit than the greatest window is not taken', () => {
  const out = new Outgoing(LIMITS.syncWindowBytes - 5);
  assert.deepEqual([out.grant(5), out.grant(1)], [true, false]);
});

test('a log goes on from where it stopped, unless it was asked for anew', () => {
  const out = new Outgoing(LIMITS.syncWindowBytes);
  out.entries(key(1), 5);
  const [first] = asked(out);
  assert.deepEqual(first?.supply, { kind: 'entries', author: key(1), from: 5, most: 65_536 });
  out.supplied(first?.job ?? 0, { kind: 'entries', text: Uint8Array.of(1), next: 8 });
  const [second] = asked(out);
  assert.ok(second?.supply.kind === 'entries' && second.supply.from === 8);
  out.entries(key(1), 2);
  out.supplied(second.job, { kind: 'entries', text: Uint8Array.of(1), next: 9 });
  const [third] = asked(out);
  assert.ok(third?.supply.kind === 'entries' && third.supply.from === 2);
  out.supplied(third.job, { kind: 'entries', text: new Uint8Array(), next: 2 });
  assert.deepEqual([sent(out).length, out.isEmpty], [2, true]);
});

test('too many logs or blobs at once are noticed', () => {
  const out = new Outgoing(0);
  const blobs = Array.from({ length: LIMITS.syncBlobs + 1 }, (_, i) => out.blob(sha256(varint(i)), 0));
  assert.equal(blobs.indexOf(false), LIMITS.syncBlobs);
  const logs = Array.from({ length: LIMITS.syncSets + 1 }, (_, i) => out.entries(sha256(varint(i)), 0));
  assert.equal(logs.indexOf(false), LIMITS.syncSets);
});

test('a blob goes piece after piece, and the latest wish for it counts', () => {
  const out = new Outgoing(LIMITS.syncWindowBytes);
  const total = 100_000;
  const piece = (supply: Supply): Supplied => {
    assert.ok(supply.kind === 'blob');
    return { kind: 'blob', total, bytes: new Uint8Array(Math.min(40_000, total - supply.at)) };
  };
  out.blob(key(1), 0);
  const [old] = asked(out);
  out.blob(key(1), 60_000);
  out.supplied(old?.job ?? 0, piece(old?.supply as Supply));
  const messages = serve(out, piece);
  assert.deepEqual(
    messages.map((message) => message.type === 'blob' && [message.at, message.bytes.length]),
    [[60_000, 40_000]],
  );
  assert.ok(out.isEmpty);
});

test('a blob that is stopped goes no further, whether waiting, being read, or read', () => {
  const supplied: Supplied = { kind: 'blob', total: 10, bytes: new Uint8Array(10) };
  for (const stage of ['waiting', 'being read', 'read']) {
    const out = new Outgoing(LIMITS.syncWindowBytes);
    out.blob(key(1), 0);
    out.blob(key(2), 0);
    const jobs = stage === 'waiting' ? [] : asked(out);
    if (stage === 'read') for (const { job } of jobs) out.supplied(job, supplied);
    out.stop(key(1));
    if (stage === 'being read') for (const { job } of jobs) out.supplied(job, supplied);
    const messages: Message[] = [...sent(out), ...serve(out, (): Supplied => supplied)];
    assert.deepEqual(
      messages.map((message) => message.type === 'blob' && message.hash),
      [key(2)],
      stage,
    );
    assert.ok(out.isEmpty, stage);
  }
});

test('rows, logs and blobs take turns, and so do sets', () => {
  const out = new Outgoing(LIMITS.syncWindowBytes);
  out.rows('channel:a', items(2000));
  out.rows('channel:b', items(10, 5000));
  out.entries(key(1), 0);
  out.blob(key(2), 0);
  const order = asked(out).map(({ supply }) => (supply.kind === 'rows' ? supply.set : supply.kind));
  assert.deepEqual(order, ['channel:a', 'entries', 'blob', 'channel:b']);
});

test('an answer to a question that was not asked is ignored', () => {
  const out = new Outgoing(1000);
  out.supplied(7, { kind: 'rows', rows: [], used: 1 });
  out.blob(key(1), 0);
  const [job] = asked(out);
  out.supplied(job?.job ?? 0, { kind: 'rows', rows: [], used: 1 });
  assert.equal(out.isEmpty, false);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pair, rowOf, Side, talk, WINDOW } from '../../../../test/support/session-side.ts';
import { sha256 } from '../../../platform/node/crypto.ts';
import { DecodeError } from '../../errors.ts';
import { LIMITS } from '../../registry.ts';
import { varint } from '../../wire.ts';
import { END } from '../item-set.ts';
import { encodeRanges } from '../range-message.ts';
import { beginReconciliation } from '../ranges.ts';
import { decodeMessage, encodeMessage, type Message } from './messages.ts';
import type { Wants } from './wants.ts';

const MAIN = 'channel:main';
const CHANNELS: Wants = { sets: ['channel:*'], authors: [] };
const key = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);

const say = (side: Side, message: Message): void => side.hear(encodeMessage(message));
const said = (side: Side): Message[] => side.sent.splice(0).flatMap((bytes) => decodeMessage(bytes) ?? []);
const refused = (run: () => void, field: string): void =>
  assert.throws(run, (error) => error instanceof DecodeError && error.field === field);
const fill = (side: Side, numbers: Iterable<number>, set = MAIN): void => {
  for (const n of numbers) side.write(set, rowOf(n, `text ${n}`));
};
const count = (length: number, first = 0): number[] => Array.from({ length }, (_, i) => first + i);

test('who sends more than was granted is refused', () => {
  const side = new Side({ wants: CHANNELS });
  side.isSlow = true;
  const rows = (length: number): Message => ({ type: 'rows', set: MAIN, rows: [rowOf(1, '.'.repeat(length))] });
  say(side, rows(WINDOW - 1000));
  say(side, rows(400_000));
  refused(() => say(side, rows(1)), 'credit');
});

test('rows without bytes use up credit too', () => {
  const side = new Side({ wants: CHANNELS });
  side.isSlow = true;
  const none = { received: 0, expires: 0, bytes: new Uint8Array() };
  const empty: Message = { type: 'rows', set: MAIN, rows: new Array(1000).fill(none) };
  say(side, empty);
  refused(() => say(side, empty), 'credit');
});

test('what is not wanted gives its credit back, and nothing is done with it', () => {
  const side = new Side({ wants: { sets: [MAIN], authors: [] } });
  side.act();
  for (let i = 0; i < 100; i++) say(side, { type: 'rows', set: 'channel:other', rows: [rowOf(i, '.'.repeat(9000))] });
  assert.equal(side.rows.size, 0);
  const back = said(side).reduce((sum, message) => sum + (message.type === 'credit' ? message.bytes : 0), 0);
  assert.ok(back > 100 * 9000 - WINDOW, `${back} bytes came back`);
});

test('more credit than may ever be given is refused', () => {
  const side = new Side();
  say(side, { type: 'credit', bytes: LIMITS.syncWindowBytes - WINDOW });
  refused(() => say(side, { type: 'credit', bytes: 1 }), 'credit');
});

test('who claims rest of messages that were never sent, or takes it back, is refused', () => {
  const { sides, begin } = pair(CHANNELS);
  begin();
  talk(...sides);
  refused(() => say(sides[0], { type: 'rest', messages: 500 }), 'rest');
  refused(() => say(sides[0], { type: 'rest', messages: 0 }), 'rest');
});

test('ranges that come faster than room for their answers are let go, and the set is compared again', () => {
  const side = new Side({ wants: CHANNELS });
  fill(side, count(8000));
  side.session.opened(MAIN, side.set(MAIN));
  side.session.allow(CHANNELS);
  side.act();
  said(side);
  const nothing = { kind: 'fingerprint', count: 0, fingerprint: new Uint8Array(16) } as const;
  const ranges = encodeRanges([4000, 8000].map((time) => ({ upper: { time, prefix: new Uint8Array() }, ...nothing })));
  for (let i = 0; i < 200; i++) say(side, { type: 'ranges', set: MAIN, ranges });
  const sent = new Set<string>();
  const answers = said(side).filter(({ type }) => type === 'ranges');
  assert.ok(answers.length < 4, `${answers.length} answers at once`);
  for (let i = 0; i < 100; i++) {
    say(side, { type: 'credit', bytes: 50_000 });
    for (const message of said(side)) {
      if (message.type === 'ranges') answers.push(message);
      if (message.type === 'rows') for (const row of message.rows) sent.add(String(row.bytes));
    }
  }
  assert.ok(sent.size > 7000, `${sent.size} rows`);
  assert.ok(answers.length <= 12, `${answers.length} answers in all`);
  const anew = beginReconciliation(side.set(MAIN), sha256);
  assert.deepEqual(answers.at(-1), { type: 'ranges', set: MAIN, ranges: anew });
});

test('pieces of a blob that was not asked for are let go', () => {
  const side = new Side();
  say(side, { type: 'blob', hash: key(1), total: 5, at: 0, bytes: new Uint8Array(5) });
  assert.deepEqual(side.blobPieces, []);
});

test('more blobs at once than may be are refused, and not asked for', () => {
  const side = new Side();
  const asked = count(LIMITS.syncBlobs + 1).map((n) => side.session.fetch(sha256(varint(n)), 0));
  assert.deepEqual([asked.indexOf(false), asked.length], [LIMITS.syncBlobs, LIMITS.syncBlobs + 1]);
  const asking = new Side({ credit: 0 });
  const fetch = (n: number): void => say(asking, { type: 'fetch', hash: sha256(varint(n)), at: 0 });
  for (const n of count(LIMITS.syncBlobs)) fetch(n);
  refused(() => fetch(1000), 'fetch');
});

test('wants that change without end are refused, and only one is decided at a time', () => {
  const side = new Side();
  side.isSlow = true;
  const wants = (n: number): Message => ({ type: 'wants', wants: { sets: [`channel:${n}`], authors: [] } });
  for (const n of count(64)) say(side, wants(n));
  refused(() => say(side, wants(64)), 'wants');
  side.work();
  side.work();
  assert.deepEqual(
    side.wanted.map(({ sets }) => sets[0]),
    ['channel:0', 'channel:63'],
  );
});

test('names of wants that another one covers are looked up once', () => {
  const side = new Side();
  say(side, { type: 'wants', wants: { sets: ['channel:*', 'channel:a', 'channel:b*'], authors: [] } });
  assert.deepEqual(side.wanted, [{ sets: ['channel:*'], authors: [] }]);
});

test('need of what was not listed is ignored', () => {
  const side = new Side();
  fill(side, count(3));
  side.session.opened(MAIN, side.set(MAIN));
  side.session.allow(CHANNELS);
  side.act();
  assert.deepEqual(
    said(side).map(({ type }) => type),
    ['offers', 'rest'],
  );
  const ids = count(3).map((n) => sha256(rowOf(n, `text ${n}`).bytes));
  const rows = (): number =>
    said(side).reduce((sum, message) => sum + (message.type === 'rows' ? message.rows.length : 0), 0);
  say(side, { type: 'need', set: MAIN, ids });
  say(side, { type: 'need', set: 'channel:other', ids });
  assert.equal(rows(), 0);
  say(side, { type: 'ranges', set: MAIN, ranges: encodeRanges([{ upper: END, kind: 'ask' }]) });
  assert.equal(rows(), 0);
  say(side, { type: 'need', set: MAIN, ids: [...ids, key(1)] });
  assert.equal(rows(), 3);
});

test('what was listed and is forgotten since is compared again when it is asked for', () => {
  const side = new Side();
  const many = 2100;
  for (const n of count(many)) fill(side, count(32), `channel:c-${n}`);
  for (const set of side.rows.keys()) side.session.opened(set, side.set(set));
  side.session.allow(CHANNELS);
  side.act();
  said(side);
  const ranges = encodeRanges([{ upper: END, kind: 'ask' }]);
  for (const set of side.rows.keys()) say(side, { type: 'ranges', set, ranges });
  said(side);
  const ids = count(32).map((n) => sha256(rowOf(n, `text ${n}`).bytes));
  const answer = (set: string): string[] => {
    say(side, { type: 'need', set, ids });
    return said(side).flatMap(({ type }) => (type === 'rest' ? [] : [type]));
  };
  assert.deepEqual(answer(`channel:c-${many - 1}`), ['rows', 'rows']);
  assert.deepEqual([answer('channel:c-0'), answer('channel:c-0')], [['ranges'], []]);
});

test('a stranger may name so many sets and no more, and few are looked up at once', () => {
  const side = new Side({ wants: { sets: ['name:*'], authors: [] } });
  side.isSlow = true;
  const offer = (n: number) => ({ set: `name:agent-${n}`, count: 1, fingerprint: new Uint8Array(16) });
  const offers = (first: number): void => say(side, { type: 'offers', offers: count(1000, first).map(offer) });
  for (let first = 0; first < 65_000; first += 1000) offers(first);
  side.work();
  assert.ok(side.opened.length <= 64, `${side.opened.length} sets`);
  refused(() => offers(65_000), 'set');
  side.write('name:own', rowOf(1, 'still told'));
});

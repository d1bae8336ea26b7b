/** What peers say to each other, tickets, and whole sessions that hear damaged conversations. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { concat, fromUtf8, utf8 } from '../src/core/bytes.ts';
import { DecodeError } from '../src/core/errors.ts';
import { fromBase32, toBase32 } from '../src/core/identity/base32.ts';
import { LABELS, LIMITS } from '../src/core/registry.ts';
import { decodeHead, encodeHead } from '../src/core/sync/heads.ts';
import { decodeHello, encodeHello } from '../src/core/sync/session/hello.ts';
import { decodeMessage, encodeMessage, type Message } from '../src/core/sync/session/messages.ts';
import { decodeTicket, encodeTicket } from '../src/core/ticket.ts';
import { u16 } from '../src/core/wire.ts';
import { sha256 } from '../src/platform/node/crypto.ts';
import { pair, rowOf, type Side, talk, WINDOW } from '../test/support/session-side.ts';
import { readsBack, type Target } from './target.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const key = fc.oneof(
  bytes(32),
  fc.nat(3).map((byte) => new Uint8Array(32).fill(byte)),
);
const addresses = fc.array(fc.constantFrom('tls://192.0.2.7:4101', 'memory:a', '/dns/x/tcp/1'), { maxLength: 3 });
const name = fc.constantFrom('', 'Ann', 'Zoë ☕');
const invitation = fc.option(bytes(16), { nil: undefined });

/** Of what may be skipped nothing is written again. */
const unlessShorter = (again: Uint8Array, input: Uint8Array): Uint8Array | undefined =>
  again.length === input.length ? again : undefined;

const hello: Target = {
  name: 'hello',
  seeds: fc
    .record({
      certificate: fc.record({ peer: key, identity: key, created: fc.maxSafeNat(), signature: bytes(64) }),
      ...{ now: fc.maxSafeNat(), window: fc.integer({ min: 65_536, max: LIMITS.syncWindowBytes }) },
      ...{ name, addresses, invitation },
    })
    .map(({ invitation: secret, ...rest }) => encodeHello({ ...rest, ...(secret && { invitation: secret }) })),
  check: (input) => readsBack(input, decodeHello, (read) => unlessShorter(encodeHello(read), input)),
};

const set = fc.constantFrom('channel:main', 'channel:b', 'logs', 'forks', 'profiles', 'x');
const small = fc.nat(40);
const row = fc.record({ received: small, expires: small, bytes: fc.uint8Array({ maxLength: 40 }) });

const messages: fc.Arbitrary<Message> = fc.oneof(
  fc
    .record({
      sets: fc.array(fc.constantFrom('channel:*', 'logs', 'channel:b')),
      authors: fc.array(key, { maxLength: 3 }),
    })
    .map((wants): Message => ({ type: 'wants', wants })),
  fc
    .array(fc.record({ set, count: small, fingerprint: bytes(16) }), { maxLength: 4 })
    .map((offers): Message => ({ type: 'offers', offers })),
  fc.record({ type: fc.constant('ranges' as const), set, ranges: fc.constantFrom(Uint8Array.of(0, 3), nothing()) }),
  fc.record({ type: fc.constant('need' as const), set, ids: fc.array(key, { maxLength: 4 }) }),
  fc.record({ type: fc.constant('rows' as const), set, rows: fc.array(row, { maxLength: 4 }) }),
  fc.record({ type: fc.constant('read' as const), author: key, from: small }),
  fc.record({ type: fc.constant('entries' as const), author: key, from: small, text: bytes(5) }),
  fc.record({ type: fc.constant('fetch' as const), hash: key, at: small }),
  fc.record({ type: fc.constant('stop' as const), hash: key }),
  fc.record({ type: fc.constant('credit' as const), bytes: fc.nat(100_000) }),
  fc.record({ type: fc.constant('rest' as const), messages: small }),
  fc.record({ type: fc.constant('bye' as const), reason: fc.constantFrom('', 'going away') }),
  fc
    .tuple(key, small, fc.nat(20))
    .map(
      ([hash, at, length]): Message => ({ type: 'blob', hash, total: at + length, at, bytes: new Uint8Array(length) }),
    ),
);

/** Of the whole order: nothing is there. */
function nothing(): Uint8Array {
  return Uint8Array.of(0, 1, 0, ...new Uint8Array(16));
}

const message: Target = {
  name: 'sync-message',
  seeds: messages.map(encodeMessage),
  check: (input) =>
    readsBack(input, decodeMessage, (read) => {
      const again = read && encodeMessage(read);
      return again && (read.type === 'wants' ? unlessShorter(again, input) : again);
    }),
};

const head: Target = {
  name: 'head',
  seeds: fc.record({ author: key, next: fc.integer({ min: 1, max: 1000 }), id: key }).map(encodeHead),
  check: (input) => readsBack(input, decodeHead, encodeHead),
};

const tickets = fc
  .record({ peer: key, identity: key, name, addresses, invitation })
  .map(({ invitation: secret, ...rest }) => encodeTicket(sha256, { ...rest, ...(secret && { invitation: secret }) }));

/** Whoever types one may write other letters for the same digits. */
const plainly = (text: string): string => {
  const digits = text.replace(/\s/g, '').toLowerCase();
  return `pipes1${digits.slice(6).replace(/o/g, '0').replace(/[il]/g, '1')}`;
};

const readsTicket = (text: string): boolean => {
  const again = encodeTicket(sha256, decodeTicket(sha256, text));
  const given = plainly(text);
  return readsBack(
    utf8(given),
    (value) => value,
    () => unlessShorter(utf8(again), utf8(given)),
  );
};

const ticket: Target = {
  name: 'ticket',
  seeds: tickets.map(utf8),
  check(input) {
    const text = fromUtf8(input);
    if (text === undefined) throw new DecodeError('text', 'no text');
    return readsTicket(text);
  },
};

/** With the checksum that its content asks for, so that damage reaches what is behind it. */
const ticketContent: Target = {
  name: 'ticket-content',
  seeds: tickets.map((text) => {
    const body = text.slice(6);
    return (fromBase32(body, Math.floor((body.length * 5) / 8)) as Uint8Array).subarray(0, -4);
  }),
  check(input) {
    const check = sha256(concat(utf8(LABELS.ticket), Uint8Array.of(0), input)).subarray(0, 4);
    return readsTicket(`pipes1${toBase32(concat(input, check)).toLowerCase()}`);
  },
};

const CHANNELS = ['channel:main', 'channel:b'];
const LOG = new Uint8Array(32).fill(1);
const BLOB = new Uint8Array(32).fill(2);
/** What one message may draw out of a side beside bulk: ranges, need, rest, credit and a goodbye. */
const MOST_ANSWERED = 8192;

function furnish(side: Side, numbers: readonly number[]): void {
  for (const n of numbers) side.write(CHANNELS[n % 2] as string, rowOf(n, `text ${n}`));
  side.logs.set(Buffer.from(LOG).toString('hex'), numbers.map(String));
  side.blobs.set(Buffer.from(BLOB).toString('hex'), new Uint8Array(200));
}

/** What one of two sides said to the other until both were at rest, and then some more. */
const conversations = fc
  .tuple(fc.array(fc.nat(300), { maxLength: 40 }), fc.boolean(), fc.array(messages, { maxLength: 4 }))
  .map(([numbers, isDialer, more]) => {
    const { sides, begin } = pair({ sets: ['channel:*', 'logs'], authors: [] });
    const [self, other] = isDialer ? ([sides[1], sides[0]] as const) : sides;
    furnish(self, OWN);
    furnish(other, numbers);
    begin();
    other.session.read(LOG, 2);
    other.session.fetch(BLOB, 0);
    other.act();
    const heard: Uint8Array[] = [];
    talk(...sides, (said, to) => to === self && heard.push(said));
    const all = [...heard, ...more.map(encodeMessage)].map(prefixed);
    return concat(Uint8Array.of(isDialer ? 1 : 0), ...all);
  });

const prefixed = (piece: Uint8Array): Uint8Array => concat(u16(piece.length), piece);

/** Each behind its length; what is missing of the last one is left out. */
function* pieces(input: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at + 2 <= input.length; ) {
    const length = (input[at] ?? 0) * 256 + (input[at + 1] ?? 0);
    yield input.subarray(at + 2, at + 2 + length);
    at += 2 + length;
  }
}

const OWN = Array.from({ length: 50 }, (_, i) => 5 * i);

const session: Target = {
  name: 'sync-session',
  seeds: conversations,
  check(input) {
    const [mode = 0] = input;
    const { sides, begin } = pair({ sets: ['channel:*', 'logs'], authors: [] });
    const side = mode % 2 === 1 ? sides[1] : sides[0];
    furnish(side, OWN);
    begin();
    side.isSlow = mode % 4 > 1;
    let heard = 0;
    let granted = WINDOW + LIMITS.syncBulkBytes;
    for (const piece of pieces(input.subarray(1))) {
      side.hear(piece);
      heard++;
      const said = decodeMessage(piece);
      if (said?.type === 'credit') granted += said.bytes;
      if (heard % 3 === 0) side.work(4);
      const sent = side.sent.reduce((sum, { length }) => sum + length, 0);
      assert.ok(sent <= granted + heard * MOST_ANSWERED, `${sent} bytes for ${heard} messages`);
    }
    side.work();
    return heard > 0;
  },
};

export const syncTargets: readonly Target[] = [hello, message, head, ticket, ticketContent, session];

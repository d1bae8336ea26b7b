import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sha256 } from '../platform/node/crypto.ts';
import { concat, utf8 } from './bytes.ts';
import { DecodeError } from './errors.ts';
import { toBase32 } from './identity/base32.ts';
import { LABELS, LIMITS } from './registry.ts';
import { decodeTicket, encodeTicket, type Ticket } from './ticket.ts';
import { tagged } from './wire.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const tickets: fc.Arbitrary<Ticket> = fc
  .record({
    ...{ peer: bytes(32), identity: bytes(32), name: fc.constantFrom('', 'Ann', 'Zoë ☕') },
    addresses: fc.array(fc.stringMatching(/^[\x21-\x7e]{1,40}$/), { maxLength: 8 }),
    invitation: fc.option(bytes(16), { nil: undefined }),
    isRelay: fc.boolean(),
  })
  .map(({ invitation, isRelay, ...ticket }) => ({
    ...ticket,
    ...(isRelay && { identity: ticket.peer }),
    ...(invitation && { invitation }),
  }));

const plain = (ticket: Ticket): unknown =>
  JSON.parse(
    JSON.stringify(ticket, (_, value) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value)),
  );

const ticket: Ticket = {
  ...{ peer: new Uint8Array(32).fill(1), identity: new Uint8Array(32).fill(2), name: 'Ann' },
  ...{ addresses: ['tls:192.0.2.7:4101'], invitation: new Uint8Array(16).fill(3) },
};
const text = encodeTicket(sha256, ticket);

test('a ticket is read as it was written, whatever the case and the spaces', () => {
  fc.assert(
    fc.property(tickets, fc.nat(), (made, at) => {
      const spelt = encodeTicket(sha256, made);
      const place = at % spelt.length;
      const typed = `  ${spelt.slice(0, place).toUpperCase()}\n ${spelt.slice(place)} `;
      assert.match(spelt, /^pipes1[0-9a-z]+$/);
      assert.deepEqual(plain(decodeTicket(sha256, typed)), plain(made));
    }),
  );
});

test('people may write o for 0, and i and l for 1', () => {
  const typed = `pipes1${text.slice(6).replaceAll('0', 'O').replaceAll('1', 'l')}`;
  assert.notEqual(typed, text);
  assert.deepEqual(plain(decodeTicket(sha256, typed)), plain(ticket));
});

test('each slip of the pen is noticed', () => {
  const digits = '0123456789abcdefghjkmnpqrstvwxyz';
  for (let at = 6; at < text.length; at++) {
    const other = digits[(digits.indexOf(text[at] ?? '') + 1 + (at % 30)) % 32];
    refused(`${text.slice(0, at)}${other}${text.slice(at + 1)}`, /cut short or misspelt|header/);
  }
  for (let length = 6; length < text.length; length++) refused(text.slice(0, length), /cut short or misspelt/);
  refused(`${text}0`, /cut short or misspelt/);
  refused(text.replace('pipes1', 'pipes2'), /begins with pipes1/);
  refused('', /begins with pipes1/);
});

test('a long text is refused before it is read', () => {
  refused(`pipes1${'0'.repeat(LIMITS.ticketUnits)}`, /at most 4096/);
});

test('of addresses that are too long for a ticket the best ones stay', () => {
  const addresses = Array.from({ length: 16 }, (_, i) => `${i}-`.padEnd(LIMITS.addressUnits, 'x'));
  const spelt = encodeTicket(sha256, { ...ticket, addresses });
  assert.ok(spelt.length <= LIMITS.ticketUnits);
  const kept = decodeTicket(sha256, spelt).addresses;
  assert.deepEqual(kept, addresses.slice(0, kept.length));
  assert.ok(kept.length >= 9, `${kept.length} addresses`);
});

/** With a right checksum, so that only its content can be at fault. */
function spell(...parts: readonly Uint8Array[]): string {
  const content = concat(...parts);
  const check = sha256(concat(utf8(LABELS.ticket), Uint8Array.of(0), content)).subarray(0, 4);
  return `pipes1${toBase32(concat(content, check)).toLowerCase()}`;
}
const header = Uint8Array.of(1, 1, 0, 0);
const peer = tagged(1, ticket.peer);

test('a ticket of the least content is read', () => {
  const least = decodeTicket(sha256, spell(header, peer));
  assert.deepEqual(plain(least), plain({ peer: ticket.peer, identity: ticket.peer, addresses: [], name: '' }));
  assert.deepEqual(plain(decodeTicket(sha256, spell(header, peer, tagged(8, 'later')))), plain(least));
});

for (const [what, parts, message] of [
  ['a later version', [Uint8Array.of(2, 1, 0, 0), peer], /newer version/],
  ['another suite', [Uint8Array.of(1, 2, 0, 0), peer], /newer version/],
  ['a feature', [Uint8Array.of(1, 1, 0, 1), peer], /newer version/],
  ['a critical tag', [header, peer, tagged(7, 'x')], /tag 7 is critical/],
  ['no peer', [header, tagged(2, 'Ann')], /peer/],
  ['a key of 31 bytes', [header, tagged(1, new Uint8Array(31))], /peer/],
  ['an identity that is the peer', [header, peer, tagged(3, ticket.peer)], /identity/],
  ['an invitation of 15 bytes', [header, peer, tagged(4, new Uint8Array(15))], /invitation/],
  ['a name that steers a terminal', [header, peer, tagged(2, '\u001b[2J')], /name/],
  ['an address with a space', [header, peer, tagged(6, 'a b')], /address/],
  ['17 addresses', [header, peer, ...new Array(17).fill(tagged(6, 'a'))], /address/],
] as const) {
  test(`${what} is refused`, () => refused(spell(...parts), message));
}

function refused(given: string, message: RegExp): void {
  assert.throws(
    () => decodeTicket(sha256, given),
    (error) => error instanceof DecodeError && message.test(error.message),
  );
}

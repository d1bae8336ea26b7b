/**
 * A ticket (spec/09-sync.md#tickets): who a peer is, where it can be reached, and a secret that makes whoever has it
 * welcome. One line of text for a message, a QR code or a sheet of paper; a slip of the pen is noticed.
 */
import { concat, equal, utf8 } from './bytes.ts';
import { DecodeError } from './errors.ts';
import { fromBase32, toBase32 } from './identity/base32.ts';
import type { Sha256 } from './ports.ts';
import { LABELS, LIMITS } from './registry.ts';
import { INVITATION_BYTES, readAddresses, readName } from './sync/session/hello.ts';
import { isUnknownTag, Reader, readTags, tagged } from './wire.ts';

export interface Ticket {
  /** The peer's key, 32 bytes. */
  readonly peer: Uint8Array;
  readonly identity: Uint8Array;
  /** Best first; may be empty where only the local network or a relay finds the peer. */
  readonly addresses: readonly string[];
  /** 16 bytes; absent in a ticket that only says where a peer is. */
  readonly invitation?: Uint8Array;
  /** For people; may be empty. */
  readonly name: string;
}

const PREFIX = 'pipes1';
const HEADER = Uint8Array.of(1, 1, 0, 0);
const CHECK_BYTES = 4;
const PEER = 1;
const NAME = 2;
const IDENTITY = 3;
const INVITATION = 4;
const ADDRESS = 6;
const RULES = { known: [PEER, NAME, IDENTITY, INVITATION, ADDRESS], repeated: [ADDRESS], atMost: 64 };

/** Of the addresses as many as fit, the best ones first. */
export function encodeTicket(sha256: Sha256, ticket: Ticket): string {
  for (let count = Math.min(ticket.addresses.length, LIMITS.peerAddresses); ; count--) {
    const text = spell(sha256, ticket, ticket.addresses.slice(0, count));
    if (text.length <= LIMITS.ticketUnits || count === 0) return text;
  }
}

/** Takes upper and lower case, and spaces or line breaks between. Throws DecodeError that says what is wrong. */
export function decodeTicket(sha256: Sha256, text: string): Ticket {
  const bytes = unspell(sha256, text);
  const reader = new Reader(bytes, 'ticket');
  for (const byte of HEADER) if (reader.u8('header') !== byte) reader.refuse('header', 'it needs a newer version');
  const tags = readTags(reader, RULES);
  if (isUnknownTag(tags)) return reader.refuse('tags', `tag ${tags.unknown} is critical and unknown`);
  const bytesOf = (tag: number, length: number, field: string): Uint8Array | undefined => {
    const value = tags.get(tag)?.[0];
    return value === undefined || value.length === length ? value : reader.refuse(field, `expected ${length} bytes`);
  };
  const peer = bytesOf(PEER, 32, 'peer') ?? reader.refuse('peer', 'expected 32 bytes');
  const identity = bytesOf(IDENTITY, 32, 'identity');
  if (identity !== undefined && equal(peer, identity)) reader.refuse('identity', 'expected another than the peer');
  const invitation = bytesOf(INVITATION, INVITATION_BYTES, 'invitation');
  return {
    peer,
    identity: identity ?? peer,
    addresses: readAddresses(tags.get(ADDRESS) ?? [], (detail) => reader.refuse('address', detail)),
    ...(invitation && { invitation }),
    name: readName(tags.get(NAME)?.[0], (detail) => reader.refuse('name', detail)),
  };
}

function spell(sha256: Sha256, { peer, identity, invitation, name }: Ticket, addresses: readonly string[]): string {
  const bytes = concat(
    HEADER,
    tagged(PEER, peer),
    ...(name === '' ? [] : [tagged(NAME, name)]),
    // A relay is its own identity.
    ...(equal(peer, identity) ? [] : [tagged(IDENTITY, identity)]),
    ...(invitation === undefined ? [] : [tagged(INVITATION, invitation)]),
    ...addresses.map((address) => tagged(ADDRESS, address)),
  );
  return PREFIX + toBase32(concat(bytes, check(sha256, bytes))).toLowerCase();
}

function unspell(sha256: Sha256, text: string): Uint8Array {
  const digits = text.replace(/\s/g, '').toLowerCase();
  if (!digits.startsWith(PREFIX)) refuse(`expected a text that begins with ${PREFIX}`);
  if (digits.length > LIMITS.ticketUnits) refuse(`expected at most ${LIMITS.ticketUnits} characters`);
  const body = digits.slice(PREFIX.length);
  const bytes = fromBase32(body, Math.floor((body.length * 5) / 8));
  const content = bytes?.subarray(0, -CHECK_BYTES);
  if (bytes === undefined || content === undefined || bytes.length <= CHECK_BYTES)
    return refuse('it is cut short or misspelt');
  if (!equal(check(sha256, content), bytes.subarray(-CHECK_BYTES))) refuse('it is cut short or misspelt');
  return content;
}

const check = (sha256: Sha256, bytes: Uint8Array): Uint8Array =>
  sha256(concat(utf8(LABELS.ticket), Uint8Array.of(0), bytes)).subarray(0, CHECK_BYTES);

function refuse(detail: string): never {
  throw new DecodeError('ticket', `Cannot read ticket: ${detail}`);
}

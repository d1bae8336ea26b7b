/**
 * The first thing that each side says on a stream (spec/09-sync.md#hello): which identity the peer belongs to, and the
 * identity's signature over the peer's key, which the transport has proved.
 */
import { concat, utf8 } from '../../bytes.ts';
import { isProfileName } from '../../profile.ts';
import { LABELS, LIMITS } from '../../registry.ts';
import { isUnknownTag, Reader, readNumber, readTags, readText, type Tags, tagged, varint } from '../../wire.ts';

export interface PeerCertificate {
  /** The peer's key: its log's, and its transport's. */
  readonly peer: Uint8Array;
  readonly identity: Uint8Array;
  /** Milliseconds since 1970. */
  readonly created: number;
  /** By the identity, over peerCertificateBytes. */
  readonly signature: Uint8Array;
}

export interface Hello {
  readonly certificate: PeerCertificate;
  /** The sender's clock, in milliseconds since 1970: for people to see that one is wrong. */
  readonly now: number;
  /** Bytes of bulk that the other side may send before it is given more credit. */
  readonly window: number;
  /** Of the identity, for people; may be empty. */
  readonly name: string;
  /** Where the sender can be reached, best first. */
  readonly addresses: readonly string[];
  /** It forwards connections for others, who can be reached through it. */
  readonly forwards?: boolean;
  /** What the ticket held, where one invited the sender. */
  readonly invitation?: Uint8Array;
}

const MAGIC = Uint8Array.of(0x50, 0x53, 1, 1, 0, 0);
const IDENTITY = 1;
const NAME = 2;
const PEER = 3;
const INVITATION = 4;
const CREATED = 5;
const ADDRESS = 6;
const SIGNATURE = 7;
const NOW = 8;
const WINDOW = 9;
const FORWARDS = 10;
const RULES = {
  known: [IDENTITY, NAME, PEER, INVITATION, CREATED, ADDRESS, SIGNATURE, NOW, WINDOW, FORWARDS],
  repeated: [ADDRESS],
  atMost: 64,
};
export const INVITATION_BYTES = 16;
const ADDRESS_FORM = /^[\x21-\x7e]+$/;
const LEAST_WINDOW = 65_536;

/** label ‖ 0 ‖ peer ‖ identity ‖ created (varint). */
export const peerCertificateBytes = (certificate: Omit<PeerCertificate, 'signature'>): Uint8Array<ArrayBuffer> =>
  concat(
    utf8(LABELS.peerCertificate),
    Uint8Array.of(0),
    certificate.peer,
    certificate.identity,
    varint(certificate.created),
  );

export function encodeHello({
  certificate,
  now,
  window,
  name,
  addresses,
  forwards,
  invitation,
}: Hello): Uint8Array<ArrayBuffer> {
  return concat(
    MAGIC,
    tagged(IDENTITY, certificate.identity),
    tagged(NAME, name),
    tagged(PEER, certificate.peer),
    ...(invitation === undefined ? [] : [tagged(INVITATION, invitation)]),
    tagged(CREATED, varint(certificate.created)),
    ...addresses.slice(0, LIMITS.peerAddresses).map((address) => tagged(ADDRESS, address)),
    tagged(SIGNATURE, certificate.signature),
    tagged(NOW, varint(now)),
    tagged(WINDOW, varint(window)),
    ...(forwards ? [tagged(FORWARDS, '')] : []),
  );
}

/** Throws DecodeError. The signature is the caller's to check, and that `peer` is the key that the transport proved. */
export function decodeHello(bytes: Uint8Array): Hello {
  const reader = new Reader(bytes, 'hello');
  for (const byte of MAGIC) {
    const got = reader.u8('header');
    if (got !== byte) reader.refuse('header', 'expected a peer that speaks sync version 1 without features');
  }
  const tags = readTags(reader, RULES);
  if (isUnknownTag(tags)) return reader.refuse('tags', `tag ${tags.unknown} is critical and unknown`);
  const bytesOf = (tag: number, length: number, field: string): Uint8Array => {
    const value = tags.get(tag)?.[0];
    return value?.length === length ? value : reader.refuse(field, `expected ${length} bytes`);
  };
  const invitation = tags.has(INVITATION) ? bytesOf(INVITATION, INVITATION_BYTES, 'invitation') : undefined;
  const forwards = tags.has(FORWARDS) && bytesOf(FORWARDS, 0, 'forwards');
  const window = number(tags, WINDOW, 'window');
  if (window < LEAST_WINDOW || window > LIMITS.syncWindowBytes) {
    reader.refuse('window', `expected ${LEAST_WINDOW} to ${LIMITS.syncWindowBytes}, got ${window}`);
  }
  return {
    certificate: {
      peer: bytesOf(PEER, 32, 'peer'),
      identity: bytesOf(IDENTITY, 32, 'identity'),
      created: number(tags, CREATED, 'created'),
      signature: bytesOf(SIGNATURE, 64, 'signature'),
    },
    now: number(tags, NOW, 'now'),
    window,
    name: readName(tags.get(NAME)?.[0], (detail) => reader.refuse('name', detail)),
    addresses: readAddresses(tags.get(ADDRESS) ?? [], (detail) => reader.refuse('address', detail)),
    ...(forwards && { forwards: true }),
    ...(invitation && { invitation }),
  };
}

export function readAddresses(values: readonly Uint8Array[], refuse: (detail: string) => never): string[] {
  if (values.length > LIMITS.peerAddresses) refuse(`expected at most ${LIMITS.peerAddresses}`);
  return values.map((value) => {
    const address = readText(value, 'address', LIMITS.addressUnits);
    return ADDRESS_FORM.test(address) ? address : refuse('expected printable ASCII');
  });
}

/** A name for people, as profiles have it: what is shown must not steer a terminal. Empty where there is none. */
export function readName(value: Uint8Array | undefined, refuse: (detail: string) => never): string {
  const name = readText(value ?? new Uint8Array(), 'name', LIMITS.profileNameUnits);
  return isProfileName(name) ? name : refuse('expected no control characters');
}

const number = (tags: Tags, tag: number, field: string): number =>
  readNumber(tags.get(tag)?.[0] ?? new Uint8Array(), field);

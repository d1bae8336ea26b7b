/** The worked bytes of spec/09-sync.md: of sets, of what peers say to each other, and of a ticket. */
import assert from 'node:assert/strict';
import { concat, toHex, utf8 } from '../src/core/bytes.ts';
import { DecodeError } from '../src/core/errors.ts';
import { fromBase32 } from '../src/core/identity/base32.ts';
import { LABELS } from '../src/core/registry.ts';
import { encodeHead, headItem } from '../src/core/sync/heads.ts';
import { END, ItemSet } from '../src/core/sync/item-set.ts';
import { beginReconciliation, fingerprint } from '../src/core/sync/ranges.ts';
import { encodeHello, peerCertificateBytes } from '../src/core/sync/session/hello.ts';
import { decodeMessage, encodeMessage, type Message } from '../src/core/sync/session/messages.ts';
import { encodeTicket } from '../src/core/ticket.ts';
import { varint } from '../src/core/wire.ts';
import { sha256, signerFromSeed } from '../src/platform/node/crypto.ts';
import { rows, type Vector } from './spec-vectors.ts';
import { pair, rowOf, talk } from './support/session-side.ts';

type Cuts = readonly (readonly [length: number, note: string])[];

const CREATED = 1_769_860_800_000;
const ann = signerFromSeed(new Uint8Array(32).fill(0x01));
const peer = signerFromSeed(new Uint8Array(32).fill(0x21));
const invitation = Uint8Array.from({ length: 16 }, (_, i) => i);
const ADDRESS = 'tls://192.0.2.7:4101';
const filled = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);

export async function syncVectors(): Promise<Record<string, Vector>> {
  const refused = { 'refused-messages': { cases: refusals() } };
  const whole = { conversation: { sides: 'a (it begins where both could) and b', ...conversation() } };
  return { ...sets(), ...(await greetings()), ...messages(), ...refused, ...whole, ...tickets() };
}

function sets(): Record<string, Vector> {
  const set = new ItemSet();
  const empty = fingerprint(sha256, set.sweep()(END));
  set.add({ time: 1000, id: filled(0x01) });
  set.add({ time: 2000, id: filled(0xff) });
  const head = { author: ann.key, next: 300, id: filled(0xee) };
  return {
    'fingerprint-empty': { hex: toHex(empty) },
    'fingerprint-two': { hex: toHex(fingerprint(sha256, set.sweep()(END))) },
    ranges: rows(beginReconciliation(set, sha256), [
      [1, 'bound: the end of the order'],
      [1, 'kind: fingerprint'],
      [1, 'count: 2'],
      [16, 'fingerprint'],
    ]),
    'profile-id': { hex: toHex(sha256(concat(ann.key, varint(CREATED)))), key: toHex(ann.key), version: CREATED },
    head: {
      ...rows(encodeHead(head), [
        [32, 'author'],
        [2, 'entries: 300'],
        [32, 'id of the last one'],
      ]),
      item: { time: headItem(head).time, id: toHex(headItem(head).id) },
    },
  };
}

async function greetings(): Promise<Record<string, Vector>> {
  const statement = { peer: peer.key, identity: ann.key, created: CREATED };
  const signed = peerCertificateBytes(statement);
  const certificate = { ...statement, signature: await ann.sign(signed) };
  const hello = encodeHello({
    ...{ certificate, now: CREATED + 1000, window: 4_194_304, name: 'Ann', addresses: [ADDRESS], invitation },
  });
  return {
    'certificate-signed': rows(signed, [
      [LABELS.peerCertificate.length + 1, `label "${LABELS.peerCertificate}" and a zero`],
      [32, 'key of the peer'],
      [32, 'key of the identity'],
      [6, 'created: 1769860800000'],
    ]),
    'certificate-signature': { hex: toHex(certificate.signature) },
    hello: {
      ...rows(hello, [
        [6, 'magic "PS", version 1, suite 1, no features'],
        [34, 'tag 1, 32 bytes: identity'],
        [5, 'tag 2, 3 bytes: name "Ann"'],
        [34, 'tag 3, 32 bytes: peer'],
        [18, 'tag 4, 16 bytes: invitation'],
        [8, 'tag 5, 6 bytes: created'],
        [2 + ADDRESS.length, `tag 6, ${ADDRESS.length} bytes: address "${ADDRESS}"`],
        [66, 'tag 7, 64 bytes: signature'],
        [8, 'tag 8, 6 bytes: clock, 1769860801000'],
        [6, 'tag 9, 4 bytes: window, 4194304'],
      ]),
      peer_seed: '21…',
    },
    verdict: { hex: toHex(utf8('not invited')), text: 'not invited' },
  };
}

const MAIN = rowsOf(12, 'channel:main');

function messages(): Record<string, Vector> {
  const [set, hash, author] = ['channel:main', filled(0xbb), ann.key];
  return {
    wants: said({ type: 'wants', wants: { sets: ['profiles', 'channel:*'], authors: [author] } }, [
      [1, 'type: wants'],
      [11, 'tag 1, 9 bytes: "channel:*"'],
      [10, 'tag 1, 8 bytes: "profiles"'],
      [34, 'tag 3, 32 bytes: author'],
    ]),
    offers: said({ type: 'offers', offers: [{ set, count: 2, fingerprint: filled(0xcc).subarray(0, 16) }] }, [
      [1, 'type: offers'],
      MAIN,
      [1, 'count: 2'],
      [16, 'fingerprint'],
    ]),
    'ranges-message': said({ type: 'ranges', set, ranges: Uint8Array.of(0, 3) }, [
      [1, 'type: ranges'],
      MAIN,
      [2, 'ranges: up to the end, ask'],
    ]),
    need: said({ type: 'need', set, ids: [filled(0xaa)] }, [[1, 'type: need'], MAIN, [32, 'id']]),
    rows: {
      ...said({ type: 'rows', set, rows: [{ received: 1000, expires: 0, bytes: utf8('(stored)') }] }, [
        [1, 'type: rows'],
        MAIN,
        [2, 'received: 1000'],
        [1, 'expires: never'],
        [1, 'bytes: 8'],
        [8, 'an envelope in its stored form'],
      ]),
      cost: 26 + 64,
    },
    read: said({ type: 'read', author, from: 300 }, [
      [1, 'type: read'],
      [32, 'author'],
      [2, 'from: 300'],
    ]),
    entries: said({ type: 'entries', author, from: 300, text: utf8('author …\n') }, [
      [1, 'type: entries'],
      [32, 'author'],
      [2, 'from: 300'],
      [11, 'the entries as a text'],
    ]),
    fetch: said({ type: 'fetch', hash, at: 0 }, [
      [1, 'type: fetch'],
      [32, 'hash'],
      [1, 'at: 0'],
    ]),
    blob: said({ type: 'blob', hash, total: 16_389, at: 16_384, bytes: utf8('hello') }, [
      [1, 'type: blob'],
      [32, 'hash'],
      [3, 'total: 16,389'],
      [3, 'at: 16,384'],
      [5, 'bytes'],
    ]),
    'blob-lacking': said({ type: 'blob', hash, total: 0, at: 0, bytes: new Uint8Array() }, [
      [1, 'type: blob'],
      [32, 'hash'],
      [2, 'total: 0; at: 0'],
    ]),
    stop: said({ type: 'stop', hash }, [
      [1, 'type: stop'],
      [32, 'hash'],
    ]),
    credit: said({ type: 'credit', bytes: 1_048_576 }, [
      [1, 'type: credit'],
      [3, 'bytes: 1,048,576'],
    ]),
    rest: said({ type: 'rest', messages: 7 }, [
      [1, 'type: rest'],
      [1, 'messages: 7'],
    ]),
    bye: said({ type: 'bye', reason: 'going away' }, [
      [1, 'type: bye'],
      [11, 'reason: 10 bytes, "going away"'],
    ]),
  };
}

const said = (message: Message, cuts: Cuts): Vector => rows(encodeMessage(message), cuts);

function rowsOf(length: number, name: string): readonly [number, string] {
  return [1 + length, `set: ${length} bytes, "${name}"`];
}

/** What a reader must not take, and the field at fault. */
function refusals(): { hex: string; field: string }[] {
  const hash = '00'.repeat(32);
  return [
    { hex: '', field: 'type' },
    { hex: '17', field: 'type' },
    { hex: `04${hash}00`, field: 'end' },
    { hex: `0f${hash}8000`, field: 'at' },
    { hex: `0f${hash}ffffffffffffff1f`, field: 'at' },
    { hex: '0901610000ff', field: 'row' },
    { hex: `11${hash}0005`, field: 'at' },
    { hex: `11${hash}0a0400`, field: 'bytes' },
    { hex: '15020a61', field: 'reason' },
    { hex: '010104 6c6f6773 0104 6c6f6773'.replaceAll(' ', ''), field: 'order' },
    { hex: `0d${hash}00`, field: 'text' },
  ].map((one) => {
    assert.throws(
      () => decodeMessage(Buffer.from(one.hex, 'hex')),
      (error) => error instanceof DecodeError && error.field === one.field,
      one.hex,
    );
    return one;
  });
}

/** Two sides with a channel each has one row of alone, and one in common, from the first message to rest. */
function conversation(): { a: string[]; b: string[]; messages: string[] } {
  const { sides, begin } = pair({ sets: ['channel:*'], authors: [] });
  const held = [
    ['one', 'two'],
    ['two', 'three'],
  ].map((texts) => texts.map((text) => rowOf(1000, text)));
  for (const [i, side] of sides.entries()) for (const row of held[i] ?? []) side.write('channel:main', row);
  begin();
  const heard: string[] = [];
  talk(...sides, (message, to) => heard.push(`${to === sides[0] ? 'b' : 'a'} ${toHex(message)}`));
  const [a = [], b = []] = held.map((list) => list.map(({ bytes }) => toHex(bytes)));
  return { a, b, messages: heard };
}

function tickets(): Record<string, Vector> {
  const text = encodeTicket(sha256, {
    ...{ peer: peer.key, identity: ann.key, addresses: [ADDRESS], invitation, name: 'Ann' },
  });
  const digits = text.slice('pipes1'.length);
  const bytes = fromBase32(digits, Math.floor((digits.length * 5) / 8)) ?? new Uint8Array();
  return {
    'ticket-bytes': rows(bytes, [
      [4, 'version 1, suite 1, no features'],
      [34, 'tag 1, 32 bytes: peer'],
      [5, 'tag 2, 3 bytes: name "Ann"'],
      [34, 'tag 3, 32 bytes: identity'],
      [18, 'tag 4, 16 bytes: invitation'],
      [2 + ADDRESS.length, `tag 6, ${ADDRESS.length} bytes: address "${ADDRESS}"`],
      [4, 'checksum'],
    ]),
    ticket: { text },
    'invitation-hash': {
      hex: toHex(sha256(concat(utf8(LABELS.ticket), Uint8Array.of(1), invitation))),
      invitation: toHex(invitation),
    },
  };
}

/** Decoders of the keep server: packets, both wires, claims. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { equal, fromUtf8, utf8 } from '../src/core/bytes.ts';
import { DecodeError } from '../src/core/errors.ts';
import { parseClaim } from '../src/core/packet/claim.ts';
import { createPacketReader, frame } from '../src/core/packet/frames.ts';
import {
  decodePacket,
  encodePacket,
  firstPacketEnd,
  type Packet,
  readPacket,
  signedBytes,
} from '../src/core/packet/packet.ts';
import { fromEnvelope, toEnvelope } from '../src/core/packet/packet-envelope.ts';
import type { Target } from './target.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

const packets: fc.Arbitrary<Uint8Array> = fc
  .record({
    sig: fc.oneof(bytes(64), bytes(0)),
    pk: fc.oneof(bytes(32), bytes(0)),
    typ: fc.nat(0xffff_ffff),
    id: fc.string({ unit: 'grapheme', maxLength: 20 }),
    src: fc.constantFrom('', 'bot:ann', 'ü'),
    dst: fc.constantFrom('server', 'claim:x', 'swarm:y', ''),
    body: fc.string({ unit: 'binary', maxLength: 40 }),
    fee: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    ttl: fc.nat(0xffff_ffff),
    scar: fc.uint8Array({ maxLength: 20 }),
  })
  .map((packet) => encodePacket(packet as Packet));

/** What was read, written and read again, is the same; the signed bytes are those of the canonical form. */
const packet: Target = {
  name: 'keep-packet',
  seeds: packets,
  check(input) {
    const read = decodePacket(input);
    const again = encodePacket(read);
    assert.ok(equal(encodePacket(decodePacket(again)), again), 'it has two forms');
    assert.ok(equal(readPacket(input).signed, signedBytes(read)), 'it signs something else');
    const end = firstPacketEnd(input);
    assert.ok(end === undefined || end <= input.length);
    if (read.sig.length === 64 && read.pk.length === 32) fromEnvelope(toEnvelope(read));
    return true;
  },
};

/** However the bytes are cut, the same packets come out, and nothing is held beyond one packet. */
const frames: Target = {
  name: 'keep-frames',
  seeds: fc.array(packets, { minLength: 1, maxLength: 4 }).map((all) => Buffer.concat(all.map(frame))),
  check(input) {
    const whole = createPacketReader();
    const payloads = whole.push(input, 0).map((payload) => Buffer.from(payload).toString('hex'));
    const piecewise = createPacketReader();
    const pieces: string[] = [];
    for (let at = 0; at < input.length; at += 7) {
      for (const payload of piecewise.push(input.subarray(at, at + 7), at)) {
        pieces.push(Buffer.from(payload).toString('hex'));
      }
    }
    assert.deepEqual(pieces, payloads);
    assert.equal(piecewise.size, whole.size);
    return payloads.length > 0;
  },
};

const claim: Target = {
  name: 'keep-claim',
  seeds: fc.constantFrom('', '{}', '{"expires_s":60}', `{"transfer_to_pk":"${'ab'.repeat(32)}","x":1}`).map(utf8),
  check(input) {
    const text = fromUtf8(input);
    if (text === undefined) throw new DecodeError('body', 'no text');
    const { expiresS, transferTo } = parseClaim(text);
    assert.ok(expiresS === undefined || expiresS > 0);
    assert.ok(transferTo === undefined || /^[0-9a-f]{64}$/.test(transferTo));
    return true;
  },
};

export const keepTargets: readonly Target[] = [packet, frames, claim];

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { createVerifier } from '../../platform/node/verifier.ts';
import { fromHex, toHex } from '../bytes.ts';
import { decodeEnvelope, encodeEnvelope } from '../envelope/envelope.ts';
import { DecodeError } from '../errors.ts';
import { decodePacket, encodePacket, type Packet, signedBytes } from './packet.ts';
import { claimedName, fromEnvelope, nameOf, toEnvelope } from './packet-envelope.ts';

interface Vector {
  readonly name: string;
  readonly wire_hex: string;
  readonly verifies: boolean;
  readonly fields?: Readonly<Record<string, string | number>>;
}

const file = new URL('../../../test/vectors/keep.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vector[];
const verifier = createVerifier({ workers: 1 });
after(() => verifier.close());

const hex = (text: string) => fromHex(text) ?? assert.fail(text);

const bytes = (max: number) => fc.uint8Array({ maxLength: max });
const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const packets: fc.Arbitrary<Packet> = fc.record({
  ...{ sig: bytes(64), pk: bytes(32), scar: bytes(100), typ: fc.nat(), ttl: fc.nat() },
  ...{ id: text, src: text, dst: text, body: text, fee: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) },
});

describe('packets of the published client', () => {
  for (const { name, wire_hex, verifies, fields } of vectors) {
    it(`reads ${name}, writes the same bytes, and ${verifies ? 'believes it' : 'does not believe it'}`, async () => {
      const packet = decodePacket(hex(wire_hex));
      assert.equal(toHex(encodePacket(packet)), wire_hex);
      const { pk, sig } = packet;
      const isWhole = pk.length === 32 && sig.length === 64;
      assert.equal(isWhole && (await verifier.verify(pk, sig, signedBytes(packet))), verifies);
      if (fields === undefined) return;
      const { scar, fee, sig: _, pk: __, ...same } = packet;
      const { scar_hex, fee: feeText, sig_hex, pk_hex, ...expected } = fields;
      assert.deepEqual(same, expected);
      assert.deepEqual([toHex(scar), String(fee), toHex(sig), toHex(pk)], [scar_hex, feeText, sig_hex, pk_hex]);
    });
  }
});

describe('a packet', () => {
  it('is the same after writing and reading', () => {
    fc.assert(fc.property(packets, (packet) => assert.deepEqual(decodePacket(encodePacket(packet)), { ...packet })));
  });

  it('is the same envelope after writing and reading', () => {
    const fixed = packets.map((packet) => ({
      ...packet,
      sig: new Uint8Array(64).fill(1),
      pk: new Uint8Array(32).fill(2),
      id: 'x',
    }));
    fc.assert(
      fc.property(fixed, (packet) => {
        assert.deepEqual(fromEnvelope(decodeEnvelope(encodeEnvelope(toEnvelope(packet)))), packet);
      }),
    );
  });

  it('is nothing but a DecodeError where the bytes are none', () => {
    const anything = fc.oneof(
      bytes(300),
      packets.chain((packet) => mutated(encodePacket(packet))),
    );
    fc.assert(
      fc.property(anything, (given) => {
        try {
          encodePacket(decodePacket(given));
        } catch (error) {
          assert.ok(error instanceof DecodeError, String(error));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('keeps unknown fields apart, takes the last of two, and leaves defaults out when written', () => {
    // Unknown field 11 (varint), unknown 12 (fixed64), id twice, typ 0 spelt out.
    const given = hex('5801' + '610000000000000000' + '220161' + '220162' + '1800');
    const packet = decodePacket(given);
    assert.equal(packet.id, 'b');
    assert.equal(toHex(encodePacket(packet)), '220162' + '5801' + '610000000000000000');
  });

  it('is refused where a length, a text, a wire type or a number cannot be', () => {
    const refused = {
      length: '0a05aa',
      text: '2201ff',
      group: '1b',
      number: '18ffffffffffffffffffff01',
      zero: '0001',
      cut: '18',
    };
    for (const [what, given] of Object.entries(refused))
      assert.throws(() => decodePacket(hex(given)), DecodeError, what);
    assert.throws(() => decodePacket(new Uint8Array(65_537)), /at most 65536 bytes/);
  });

  it('of another spelling is no envelope', () => {
    const envelope = toEnvelope({ ...decodePacket(hex('220161')), sig: new Uint8Array(64), pk: new Uint8Array(32) });
    assert.throws(() => fromEnvelope({ ...envelope, signed: hex('2201611800') }), /canonical/);
    assert.throws(() => fromEnvelope({ ...envelope, format: 4 }), DecodeError);
  });

  it('is about the name that it goes to, or that it claims', () => {
    const packet = decodePacket(new Uint8Array(0));
    assert.equal(nameOf({ ...packet, dst: 'bot:a' }), 'bot:a');
    assert.equal(nameOf({ ...packet, dst: 'claim:bot:a' }), 'bot:a');
    assert.equal(claimedName('bot:claim:a'), undefined);
  });
});

/** With one byte changed. */
const mutated = (whole: Uint8Array) =>
  fc.tuple(fc.nat(), fc.nat(255)).map(([at, byte]) => {
    const changed = Uint8Array.from(whole);
    if (changed.length > 0) changed[at % changed.length] = byte;
    return changed;
  });

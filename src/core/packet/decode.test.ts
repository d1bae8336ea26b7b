import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createVerifier } from '../../platform/node/verifier.ts';
import { concat, fromHex, toHex } from '../bytes.ts';
import { DecodeError } from '../errors.ts';
import { parseClaim } from './claim.ts';
import { decodePacket, firstPacketEnd, readPacket } from './decode.ts';
import { encodePacket, signedBytes } from './encode.ts';
import { createPacketReader, frame } from './frames.ts';
import { EMPTY, type Packet } from './schema.ts';

interface Vector {
  readonly name: string;
  readonly wire_hex: string;
  readonly verifies: boolean;
  readonly fields?: Record<string, string | number>;
}
const vectors: Vector[] = JSON.parse(readFileSync(new URL('../../../test/vectors/keep.json', import.meta.url), 'utf8'));
const bytesOf = (hex: string): Uint8Array => fromHex(hex) ?? assert.fail('hex');
const refused = (hex: string, field: string) =>
  assert.throws(
    () => decodePacket(bytesOf(hex)),
    (error) => error instanceof DecodeError && error.field === field,
  );

const packets: fc.Arbitrary<Packet> = fc.record({
  sig: fc.uint8Array({ maxLength: 64 }),
  pk: fc.uint8Array({ maxLength: 32 }),
  typ: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  id: fc.string({ unit: 'grapheme' }),
  src: fc.string(),
  dst: fc.string(),
  body: fc.string({ unit: 'grapheme', maxLength: 300 }),
  fee: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  ttl: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  scar: fc.uint8Array(),
});

describe('packets of the published client, read strictly', () => {
  const verifier = createVerifier({ inline: 1000 });
  for (const { name, wire_hex, verifies, fields } of vectors) {
    it(`${name} ${verifies ? 'verifies' : 'does not verify'} and is written again as it was`, async () => {
      const wire = bytesOf(wire_hex);
      const { packet, signed } = readPacket(wire);
      assert.equal(toHex(encodePacket(packet)), wire_hex);
      assert.deepEqual(Buffer.from(signed), Buffer.from(signedBytes(packet)));
      assert.equal(await verifier.verify(packet.pk, packet.sig, signed), verifies);
      if (fields === undefined) return;
      const { sig, pk, scar, fee, unknown: _, ...rest } = packet;
      const hexes = { sig_hex: toHex(sig), pk_hex: toHex(pk), scar_hex: toHex(scar) };
      assert.deepEqual({ ...rest, ...hexes, fee: `${fee}` }, fields);
    });
  }
});

describe('a packet', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(packets, (packet) => assert.deepEqual(plain(decodePacket(encodePacket(packet))), plain(packet))),
    );
  });

  it('keeps what it does not know beside the signature', () => {
    const packet = decodePacket(concat(bytesOf('a00601'), encodePacket({ ...EMPTY, id: 'a' })));
    assert.equal(toHex(packet.unknown ?? new Uint8Array(0)), 'a00601');
    assert.equal(toHex(signedBytes(packet)), '220161');
    assert.equal(toHex(encodePacket(packet)), '220161a00601');
  });

  it('takes fields in any order, the last of a number, and signs the canonical form', () => {
    const { packet, signed } = readPacket(bytesOf('483c2201612a016222016318002a00'));
    assert.deepEqual([packet.id, packet.src, packet.ttl], ['c', '', 60]);
    assert.equal(toHex(signed), '220163483c');
  });

  it('is refused where it is not strict', () => {
    refused('1880', 'typ');
    refused('18ffffffffffffffffffff01', 'typ');
    refused('40ffffffffffffffffff02', 'fee');
    refused('188000', 'typ');
    refused('188080808010', 'typ');
    refused('1a00', 'typ');
    refused('2001', 'id');
    refused('2201ff', 'id');
    refused('220561', 'id');
    refused('22ffffffffff7f', 'id');
    refused('0001', 'tag');
    refused('a306', 'tag');
    refused('a10600', 'unknown field');
    assert.throws(() => decodePacket(new Uint8Array(65_537)), DecodeError);
  });
});

describe('the two wires', () => {
  const one = encodePacket({ ...EMPTY, sig: Uint8Array.of(1), id: 'one' });
  const two = encodePacket({ ...EMPTY, sig: Uint8Array.of(2), id: 'two', body: 'x'.repeat(500) });

  it('gives every frame once, however the bytes were cut', () => {
    const stream = concat(frame(one), frame(two), frame(one));
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length)), (cuts) => {
        const reader = createPacketReader();
        const places = [0, ...cuts.sort((a, b) => a - b), stream.length];
        const out = places.slice(1).flatMap((end, i) => reader.push(stream.slice(places[i], end), i));
        assert.deepEqual(out.map(toHex), [one, two, one].map(toHex));
        assert.equal(reader.deadline, undefined);
      }),
    );
  });

  it('refuses a frame of nothing, and one that is too long, before any of it has come', () => {
    for (const header of ['00000000', '00010001', '00ffffff']) {
      assert.throws(() => createPacketReader().push(bytesOf(header), 0), DecodeError);
    }
    assert.deepEqual(createPacketReader().push(bytesOf('00010000'), 0), []);
  });

  it('gives a frame thirty seconds and a bare packet one, from its first byte', () => {
    const framed = createPacketReader();
    framed.push(Uint8Array.of(0, 0), 5);
    framed.push(Uint8Array.of(0), 900);
    assert.equal(framed.deadline, 30_005);
    const bare = createPacketReader();
    bare.push(two.slice(0, 9), 5);
    bare.push(two.slice(9, 12), 900);
    assert.equal(bare.deadline, 1005);
    assert.deepEqual(bare.giveUp(), two.slice(0, 12));
    assert.equal(bare.deadline, undefined);
  });

  it('tells where the first of several bare packets ends', () => {
    const reader = createPacketReader();
    reader.push(concat(one, two), 0);
    assert.deepEqual(Buffer.from(reader.bare() ?? []), Buffer.from(one));
    reader.take(one.length, 0);
    assert.deepEqual(Buffer.from(reader.bare() ?? []), Buffer.from(two));
    assert.equal(firstPacketEnd(two.subarray(0, 30)), undefined);
  });
});

describe('names', () => {
  it('are claimed by what the body says', () => {
    assert.deepEqual(parseClaim(''), { expiresS: undefined, transferTo: undefined });
    assert.deepEqual(parseClaim('{"expires_s":5,"x":1}'), { expiresS: 5, transferTo: undefined });
    assert.equal(parseClaim(`{"transfer_to_pk":"${'ab'.repeat(32)}"}`).transferTo, 'ab'.repeat(32));
    for (const body of ['{', '[]', 'null', '{"expires_s":0}', '{"expires_s":"5"}', '{"transfer_to_pk":"AB"}']) {
      assert.throws(() => parseClaim(body), DecodeError, body);
    }
  });
});

const plain = ({ unknown: _, ...packet }: Packet) => ({
  ...packet,
  sig: toHex(packet.sig),
  pk: toHex(packet.pk),
  scar: toHex(packet.scar),
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concat } from '../../bytes.ts';
import { DecodeError } from '../../errors.ts';
import { LIMITS } from '../../registry.ts';
import { tagged, varint } from '../../wire.ts';
import { decodeHello, encodeHello, type Hello, peerCertificateBytes } from './hello.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const address = fc.stringMatching(/^[\x21-\x7e]{1,60}$/);

const hellos: fc.Arbitrary<Hello> = fc
  .record({
    certificate: fc.record({ peer: bytes(32), identity: bytes(32), created: fc.maxSafeNat(), signature: bytes(64) }),
    now: fc.maxSafeNat(),
    window: fc.integer({ min: 65_536, max: LIMITS.syncWindowBytes }),
    name: fc.constantFrom('', 'Zoë ☕', 'x'.repeat(64)),
    addresses: fc.array(address, { maxLength: LIMITS.peerAddresses }),
    ...{ invitation: fc.option(bytes(16), { nil: undefined }), forwards: fc.boolean() },
  })
  .map(({ invitation, forwards, ...hello }) => ({
    ...hello,
    ...(invitation && { invitation }),
    ...(forwards && { forwards }),
  }));

const plain = (hello: Hello): unknown =>
  JSON.parse(
    JSON.stringify(hello, (_, value) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value)),
  );

test('a hello is read as it was written', () => {
  fc.assert(
    fc.property(hellos, (hello) => {
      const encoded = encodeHello(hello);
      const read = decodeHello(encoded);
      assert.deepEqual(plain(read), plain(hello));
      assert.deepEqual(Buffer.from(encodeHello(read)), Buffer.from(encoded));
    }),
  );
});

const hello: Hello = {
  certificate: {
    ...{ peer: new Uint8Array(32).fill(1), identity: new Uint8Array(32).fill(2), created: 5 },
    signature: new Uint8Array(64).fill(3),
  },
  ...{ now: 7, window: 65_536, name: 'Ann', addresses: ['memory:a'], invitation: new Uint8Array(16).fill(4) },
};

test('every byte that is missing, or too much, is noticed', () => {
  const encoded = encodeHello(hello);
  for (let length = 0; length < encoded.length; length++) refused(encoded.subarray(0, length));
  refused(concat(encoded, Uint8Array.of(9)));
});

for (const [what, at] of [
  ['another magic', 0],
  ['another version', 2],
  ['another suite', 3],
  ['a feature', 5],
] as const) {
  test(`${what} is refused`, () => {
    const changed = encodeHello(hello);
    changed[at] = (changed[at] ?? 0) + 1;
    refused(changed, 'header');
  });
}

test('a window is large enough for progress and small enough for memory', () => {
  assert.ok(decodeHello(encodeHello({ ...hello, window: LIMITS.syncWindowBytes })));
  refused(encodeHello({ ...hello, window: 65_535 }), 'window');
  refused(encodeHello({ ...hello, window: LIMITS.syncWindowBytes + 1 }), 'window');
});

test('names and addresses cannot steer a terminal, and are bounded', () => {
  refused(encodeHello({ ...hello, name: 'Ann\u001b[2J' }), 'name');
  refused(encodeHello({ ...hello, name: 'x'.repeat(65) }), 'name');
  refused(encodeHello({ ...hello, addresses: ['a b'] }), 'address');
  refused(encodeHello({ ...hello, addresses: ['ä'] }), 'address');
  refused(encodeHello({ ...hello, addresses: [''] }), 'address');
  refused(encodeHello({ ...hello, addresses: ['x'.repeat(LIMITS.addressUnits + 1)] }), 'address');
});

test('of more addresses than 16 a writer says the first, and a reader takes none', () => {
  const addresses = Array.from({ length: 20 }, (_, i) => `memory:${i}`);
  assert.deepEqual(decodeHello(encodeHello({ ...hello, addresses })).addresses, addresses.slice(0, 16));
  const start = encodeHello({ ...hello, addresses: addresses.slice(0, 16) });
  const one = tagged(6, 'memory:0');
  const at = Buffer.from(start).indexOf(one);
  refused(concat(start.subarray(0, at), one, start.subarray(at)), 'address');
});

test('an invitation has 16 bytes', () =>
  refused(encodeHello({ ...hello, invitation: new Uint8Array(15) }), 'invitation'));

test('who forwards says so without a word', () => {
  assert.equal(decodeHello(concat(encodeHello(hello), tagged(10, ''))).forwards, true);
  refused(concat(encodeHello(hello), tagged(10, 'x')), 'forwards');
});

test('a critical tag of a later version is refused and an ignorable one is skipped', () => {
  const encoded = encodeHello(hello);
  refused(concat(encoded, tagged(11, 'later')), 'tags');
  assert.deepEqual(plain(decodeHello(concat(encoded, tagged(12, 'later')))), plain(hello));
});

test('a certificate signs the label, both keys and the time', () => {
  const { peer, identity } = hello.certificate;
  const signed = peerCertificateBytes({ peer, identity, created: 300 });
  const expected = concat(new TextEncoder().encode('pipes/peer-certificate/1\0'), peer, identity, varint(300));
  assert.deepEqual(signed, expected);
});

function refused(given: Uint8Array, field?: string): void {
  assert.throws(
    () => decodeHello(given),
    (error) => error instanceof DecodeError && (field === undefined || error.field === field),
  );
}

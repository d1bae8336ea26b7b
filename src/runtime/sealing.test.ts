import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fromBase64, fromHex, fromUtf8, toBase64, utf8 } from '../core/bytes.ts';
import { type Piper12, parsePiper, signedBytes } from '../core/envelope/piper.ts';
import { UsageError } from '../core/errors.ts';
import type { Agreement } from '../core/ports.ts';
import { encodeBody } from '../core/seal/body.ts';
import { agreementFromSeed, ciphers, random, signerFromSeed } from '../platform/node/crypto.ts';
import { openMessage, sealMessage, type Unsealed } from './sealing.ts';

const vectors = JSON.parse(readFileSync(new URL('../../test/vectors/piperchat.json', import.meta.url), 'utf8'));
const ports = { ciphers, random };
const fresh = { id: 'x', createdAt: '2026-01-01T00:00:00.000Z' };

interface Person {
  readonly dot1: string;
  readonly signer: ReturnType<typeof signerFromSeed>;
  readonly agreement: Agreement;
}

const hex = (text: string, length = 32) => fromHex(text, length) ?? assert.fail('hex');
const person = (name: string): Person => {
  const keys = vectors.people.find((one: { name: string }) => one.name === name);
  const agreement = agreementFromSeed(hex(keys.x25519_priv));
  assert.deepEqual(agreement.key, hex(keys.x25519_pub));
  return { dot1: keys.dot1, signer: signerFromSeed(hex(keys.ed25519_seed)), agreement };
};
const [alice, bob, carol] = ['alice', 'bob', 'carol'].map(person) as [Person, Person, Person];
const reader = ({ dot1, agreement }: Person) => ({ dot1, agreementKey: agreement.key });
const parse = (envelope: unknown) => parsePiper(envelope, { fresh }).message as Piper12;

const unsealed = (more: Partial<Unsealed> = {}): Unsealed => ({
  ...{ plaintext: utf8('hello'), recipients: [reader(bob)], sender: alice, channel: 'main' },
  ...{ id: '0b39c4bd-4b53-41d1-b3d3-68ef51a7a1c4', createdAt: '2026-09-21T14:13:20.000Z' },
  ...more,
});

function verifies(message: Piper12): boolean {
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), hex(message.fromEd25519Pub)]);
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  return verify(null, signedBytes(message), key, hex(message.sig, 64));
}

async function kindFor(message: Piper12, who: Person): Promise<string> {
  return (await openMessage(message, who, ports)).kind;
}

for (const [index, vector] of vectors.v1_2.entries()) {
  test(`published sealed message ${index} opens for its readers and for nobody else`, async () => {
    const message = parse(vector.envelope);
    assert.equal(verifies(message), true);
    for (const [name, who] of Object.entries({ alice, bob, carol })) {
      const opened = await openMessage(message, who, ports);
      if (vector.recipients.includes(name)) {
        assert.equal(opened.kind === 'open' && fromUtf8(opened.bytes), vector.plaintext);
        assert.equal(opened.kind === 'open' && opened.body.text, vector.plaintext);
      } else assert.equal(opened.kind, 'not-for-you');
    }
  });
}

test('the published tampered message fails its signature', () => {
  for (const { envelope } of vectors.v1_2_tampered) assert.equal(verifies(parse(envelope)), false);
});

test('what is sealed opens for each reader and the sender, and is signed', async () => {
  const message = await sealMessage(unsealed({ recipients: [reader(bob), reader(carol)] }), ports);
  assert.equal(verifies(message), true);
  assert.deepEqual(
    message.wraps.map((wrap) => wrap.recipient_dot1),
    [bob.dot1, carol.dot1, alice.dot1],
  );
  for (const who of [alice, bob, carol]) {
    const opened = await openMessage(message, who, ports);
    assert.equal(opened.kind === 'open' && opened.body.text, 'hello');
  }
});

test('the sender and repeated readers get one wrap each', async () => {
  const recipients = [reader(alice), reader(bob), reader(bob)];
  const message = await sealMessage(unsealed({ recipients }), ports);
  assert.deepEqual(
    message.wraps.map((wrap) => wrap.recipient_dot1),
    [alice.dot1, bob.dot1],
  );
});

test('a reader whose key cannot be agreed with keeps nobody else from the message', async () => {
  const hostile = { dot1: carol.dot1, agreementKey: new Uint8Array(32) };
  const message = await sealMessage(unsealed({ recipients: [hostile, reader(bob)] }), ports);
  assert.deepEqual(
    message.wraps.map((wrap) => wrap.recipient_dot1),
    [bob.dot1, alice.dot1],
  );
});

test('every bit of a sealed message that is turned shows as damage', async () => {
  const message = await sealMessage(unsealed(), ports);
  const turned = (base64: string, at: number) => {
    const bytes = fromBase64(base64) ?? assert.fail('base64');
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return toBase64(bytes);
  };
  const [wrap] = message.wraps;
  assert.ok(wrap);
  for (const at of [0, 12, 20]) {
    assert.equal(await kindFor({ ...message, cipherBody: turned(message.cipherBody, at) }, bob), 'damaged');
    const wraps: Piper12['wraps'] = [{ ...wrap, wrapped_body_key: turned(wrap.wrapped_body_key, at) }];
    assert.equal(await kindFor({ ...message, wraps }, bob), 'damaged');
  }
  assert.equal(await kindFor({ ...message, fromDot1: carol.dot1 }, bob), 'damaged', 'wraps are bound to the sender');
  assert.equal(await kindFor({ ...message, fromX25519Pub: '00'.repeat(32) }, bob), 'damaged', 'a key of small order');
  assert.equal(await kindFor({ ...message, cipherBody: '' }, bob), 'damaged');
});

test('a stranger’s wrap under the same dot1 does not hide the right one', async () => {
  const message = await sealMessage(unsealed(), ports);
  const foreign = { ...message.wraps[0], wrapped_body_key: toBase64(random(60)) } as Piper12['wraps'][0];
  assert.equal(await kindFor({ ...message, wraps: [foreign, foreign, foreign, ...message.wraps] }, bob), 'open');
});

test('a rich body opens only under its own sender and channel', async () => {
  const file = { name: 'a', type: '', size: 1, key: random(32), hash: random(32) };
  const body = (sender: Uint8Array, channel: string) => encodeBody({ text: '', files: [file], sender, channel });
  const sealed = (plaintext: Uint8Array) => sealMessage(unsealed({ plaintext }), ports);
  assert.equal(await kindFor(await sealed(body(alice.signer.key, 'main')), bob), 'open');
  assert.equal(await kindFor(await sealed(body(carol.signer.key, 'main')), bob), 'damaged');
  assert.equal(await kindFor(await sealed(body(alice.signer.key, 'other')), bob), 'damaged');
  assert.equal(await kindFor(await sealed(Uint8Array.of(0, 9)), bob), 'newer-version');
  assert.equal(await kindFor(await sealed(Uint8Array.of(0)), bob), 'damaged');
});

test('more than 1,024 readers are refused', async () => {
  const recipients = Array.from({ length: 1024 }, (_, i) => ({
    dot1: `dot1:${i.toString(16).padStart(16, '0')}`,
    agreementKey: bob.agreement.key,
  }));
  await assert.rejects(sealMessage(unsealed({ recipients }), ports), UsageError);
});

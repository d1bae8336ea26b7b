import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { DecodeError } from '../errors.ts';
import { decodeEnvelope, encodeEnvelope, envelopeId } from './envelope.ts';
import { fromEnvelope, parsePiper, signedBytes, timeOf, toEnvelope } from './piper.ts';

const vectors = JSON.parse(readFileSync(new URL('../../../test/vectors/piperchat.json', import.meta.url), 'utf8'));
const published = [...vectors.v1_1, ...vectors.v1_2].map((vector) => vector.envelope);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
const fresh = { id: 'made-here', createdAt: '2026-01-01T00:00:00.000Z' };
const parse = (body: unknown, channel?: string) => parsePiper(body, { channel, fresh });

const refusedField = (body: unknown) => {
  try {
    parse(body);
  } catch (error) {
    assert.ok(error instanceof DecodeError, String(error));
    return error.field;
  }
  return assert.fail('expected a refusal');
};

test('every published envelope is read back from its stored form to the same message and id', () => {
  assert.ok(published.length >= 5);
  for (const body of published) {
    const { message } = parse(body);
    const envelope = toEnvelope(message);
    const stored = decodeEnvelope(encodeEnvelope(envelope));
    assert.deepEqual(fromEnvelope(stored), message);
    assert.deepEqual(envelopeId(sha256, stored), envelopeId(sha256, envelope));
  }
});

test('the time of a published envelope is the signed one', () => {
  const { message } = parse(published[0]);
  assert.equal(timeOf(message), Date.parse(published[0].createdAt));
});

test('contents of attachments stand beside the message, never in its signed bytes', () => {
  const body = published.find((envelope) => envelope.attachments?.length > 0);
  const { message, hint } = parse(body);
  const [attachment] = body.attachments;
  assert.deepEqual(hint.contents, { [attachment.sha256]: attachment.content_b64 });
  assert.ok(!new TextDecoder().decode(signedBytes(message)).includes(attachment.content_b64));
});

test('an attachment without contents is dropped unless its blob is held', () => {
  const body = structuredClone(published.find((envelope) => envelope.attachments?.length > 0));
  delete body.attachments[0].content_b64;
  const attachmentsWith = (holds: boolean) => {
    const { message } = parsePiper(body, { fresh, holds: () => holds });
    return message.version === '1.1' ? message.attachments.length : undefined;
  };
  assert.deepEqual([attachmentsWith(false), attachmentsWith(true)], [0, 1]);
});

test('the channel of the query beats the channel of the body, lower-cased', () => {
  const { message } = parse({ content: 'x', channel: 'Body' }, 'Query');
  assert.equal(message.channel, 'query');
  assert.equal(parse({ content: 'x', channel: 'Body' }).message.channel, 'body');
  assert.equal(parse({ content: 'x' }).message.channel, 'main');
});

test('an unsigned message keeps angle brackets and takes its id and time from the relay', () => {
  const { message } = parse({ content: '<b>', author: 'eve' });
  assert.deepEqual(message, { version: '1.0-unsigned', ...fresh, channel: 'main', author: 'eve', content: '<b>' });
});

test('content beyond 4,096 UTF-16 units is cut', () => {
  const { message } = parse({ content: 'y'.repeat(5000) });
  assert.equal(message.version === '1.0-unsigned' && message.content.length, 4096);
});

test('each malformed post names the field at fault', () => {
  const sealed = vectors.v1_2[0].envelope;
  const signed = vectors.v1_1[0].envelope;
  const cases: [field: string, body: unknown][] = [
    ['body', null],
    ['body', []],
    ['body', 'text'],
    ['content', { content: 7 }],
    ['channel', { content: 'x', channel: 7 }],
    ['channel', { content: 'x', channel: 'no spaces' }],
    ['version', { content: 'x', version: '9' }],
    ['version', { content: 'x', version: 1.1 }],
    ['username', { content: 'x', username: 'a' }],
    ['username', { content: 'x', username: 'alice' }],
    ['pubkey', { content: 'x', signature: 'ab' }],
    ['signature', { content: 'x', pubkey: 'a'.repeat(64), signed_at: 1 }],
    ['sig', { ...signed, sig: 'A'.repeat(128) }],
    ['id', { ...signed, id: '' }],
    ['createdAt', { ...signed, createdAt: 'yesterday' }],
    ['prev', { ...signed, prev: 7 }],
    ['cipher_body', { ...sealed, cipher_body: 'AAAA' }],
    ['cipher_body', { ...sealed, cipher_body: 'not base64!' }],
    ['wraps', { ...sealed, wraps: [] }],
    ['wraps', { ...sealed, wraps: new Array(1025).fill(sealed.wraps[0]) }],
    ['wraps[0]', { ...sealed, wraps: [null] }],
    ['wraps[0]', { ...sealed, wraps: [{ ...sealed.wraps[0], more: 1 }] }],
    ['wraps[0].recipient_dot1', { ...sealed, wraps: [{ ...sealed.wraps[0], recipient_dot1: 'bob' }] }],
    ['wraps[0].wrapped_body_key', { ...sealed, wraps: [{ ...sealed.wraps[0], wrapped_body_key: 'AAAA' }] }],
  ];
  assert.deepEqual(
    cases.map(([, body]) => refusedField(body)),
    cases.map(([field]) => field),
  );
});

test('signed bytes in any other than the canonical form are refused', () => {
  const envelope = toEnvelope(parse(published[0]).message);
  const text = new TextDecoder().decode(envelope.signed);
  for (const changed of [
    text.replace('{', '{ '),
    text.replace('::', ':: '),
    text.replace('"id"', '"\\u0069d"'),
    `${text} `,
  ]) {
    assert.throws(() => fromEnvelope({ ...envelope, signed: new TextEncoder().encode(changed) }), DecodeError);
  }
});

test('any text in any field of 1.1 survives the way through its signed bytes', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }),
      fc.string({ minLength: 1 }),
      (content, filename) => {
        const attachment = { ...published[1].attachments[0], filename: filename.slice(0, 256) };
        const { message } = parse({ ...published[0], content, attachments: [attachment] });
        assert.deepEqual(fromEnvelope(toEnvelope(message)), message);
      },
    ),
  );
});

test('damaged stored bytes are refused with a DecodeError or read as another message, never worse', () => {
  const stored = encodeEnvelope(toEnvelope(parse(published.at(-1)).message));
  fc.assert(
    fc.property(fc.nat(stored.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const damaged = stored.slice();
      damaged[at] = (damaged[at] ?? 0) ^ flip;
      try {
        fromEnvelope(decodeEnvelope(damaged));
      } catch (error) {
        assert.ok(error instanceof DecodeError, String(error));
      }
    }),
  );
});

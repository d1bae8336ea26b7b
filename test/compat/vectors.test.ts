/** The published vectors (test/vectors/piperchat.json): made by running the published implementation. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { fromHex } from '../../src/core/bytes.ts';
import { decodeEnvelope, encodeEnvelope } from '../../src/core/envelope/envelope.ts';
import {
  fromEnvelope,
  type Piper12,
  parsePiper,
  signedBytes,
  toEnvelope,
  toPost,
} from '../../src/core/envelope/piper.ts';
import { agreementFromSeed, ciphers, signerFromSeed } from '../../src/platform/node/crypto.ts';
import { createVerifier } from '../../src/platform/node/verifier.ts';
import { openMessage } from '../../src/runtime/sealing.ts';

type Json = Record<string, unknown>;
interface Vector {
  envelope: Json;
  plaintext?: string;
  recipients?: string[];
  verify: { ok: boolean };
}

const file = new URL('../vectors/piperchat.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Vector[]> & {
  people: Record<string, string>[];
};
const { people, v1_1 = [], v1_2 = [], v1_2_tampered = [] } = vectors;
const verifier = createVerifier({ workers: 1 });
after(() => verifier.close());

const bytes = (hex: string | undefined) => fromHex(hex ?? '') ?? assert.fail(`no hex: ${hex}`);
const text = (of: Uint8Array) => new TextDecoder().decode(of);
const read = (body: unknown) => parsePiper(body, { fresh: { id: '', createdAt: '' } });

/** The signed bytes as the protocol describes them, made here from the JSON alone. */
function describedBytes(envelope: Json): string {
  const { sig, attachments = [], ...signed } = envelope;
  const manifest = (attachments as Json[]).map(({ filename, mime_type, sha256, size_bytes }) => ({
    ...{ filename, mime_type, sha256, size_bytes },
  }));
  return `${JSON.stringify(Object.fromEntries(Object.entries(signed).sort()))}::${JSON.stringify(manifest)}`;
}

const isAuthentic = (envelope: Json): Promise<boolean> => {
  const { key, signature, signed } = toEnvelope(read(envelope).message);
  return verifier.verify(key, signature, signed);
};

describe('published envelopes', () => {
  it('are there in the number that was published', () => {
    assert.deepEqual([people.length, v1_1.length, v1_2.length, v1_2_tampered.length], [3, 3, 3, 1]);
  });

  for (const [name, vector] of [...v1_1, ...v1_2].map((each, i) => [`${i}: ${each.envelope.version}`, each] as const)) {
    it(`sign the described bytes, and verify (${name})`, async () => {
      assert.equal(text(signedBytes(read(vector.envelope).message)), describedBytes(vector.envelope));
      assert.equal(vector.verify.ok, true);
      assert.equal(await isAuthentic(vector.envelope), true);
    });

    it(`come back from their stored form to the JSON that was sent (${name})`, () => {
      const { message, hint } = read(vector.envelope);
      const stored = fromEnvelope(decodeEnvelope(encodeEnvelope(toEnvelope(message))));
      const { author, ...contents } = hint;
      const { attachments = [], ...sent } = vector.envelope;
      const { attachments: again = [], ...posted } = toPost(stored, contents);
      assert.deepEqual(posted, sent);
      assert.deepEqual(again, attachments);
    });
  }

  it('do not verify once a signed field was changed', async () => {
    for (const { envelope, verify } of v1_2_tampered) {
      assert.equal(verify.ok, false);
      assert.equal(await isAuthentic(envelope), false);
    }
    for (const { envelope } of [...v1_1, ...v1_2]) {
      for (const field of ['id', 'channel', 'from_dot1', 'createdAt']) {
        const other =
          field === 'from_dot1' ? 'dot1:0000000000000000' : field === 'createdAt' ? '2020-01-01T00:00:00Z' : 'x';
        assert.equal(await isAuthentic({ ...envelope, [field]: other }), false, field);
      }
    }
  });

  it('have the keys and signatures that their seeds give', async () => {
    for (const person of people) {
      const signer = signerFromSeed(bytes(person.ed25519_seed));
      assert.deepEqual(signer.key, bytes(person.ed25519_pub));
      assert.deepEqual(agreementFromSeed(bytes(person.x25519_priv)).key, bytes(person.x25519_pub));
      for (const { envelope } of [...v1_1, ...v1_2].filter((each) => each.envelope.from_dot1 === person.dot1)) {
        const { signed, signature } = toEnvelope(read(envelope).message);
        assert.deepEqual(await signer.sign(signed), signature);
      }
    }
  });

  for (const [index, vector] of v1_2.entries()) {
    it(`open to their plaintext for each recipient, and to nobody else (${index})`, async () => {
      const message = read(vector.envelope).message as Piper12;
      for (const person of people) {
        const reader = { dot1: person.dot1 ?? '', agreement: agreementFromSeed(bytes(person.x25519_priv)) };
        const opened = await openMessage(message, reader, { ciphers });
        if (!vector.recipients?.includes(person.name ?? '')) assert.equal(opened.kind, 'not-for-you');
        else assert.deepEqual([opened.kind, opened.kind === 'open' && opened.body.text], ['open', vector.plaintext]);
      }
    });
  }
});

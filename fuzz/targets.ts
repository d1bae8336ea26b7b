/** One target for each decoder of the core that reads what strangers send, and for what the page makes of their texts. */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { decodeAdmissions, encodeAdmissions } from '../src/core/admission.ts';
import { fromUtf8, utf8 } from '../src/core/bytes.ts';
import { decodeEnvelope, encodeEnvelope } from '../src/core/envelope/envelope.ts';
import { fromEnvelope, parsePiper, toEnvelope } from '../src/core/envelope/piper.ts';
import { DecodeError } from '../src/core/errors.ts';
import { parseProfile, profileToJson } from '../src/core/profile.ts';
import { FORMATS } from '../src/core/registry.ts';
import { CHUNK_OVERHEAD, decodeManifest, encodeManifest, isSealedBlob, manifestHashes } from '../src/core/seal/blob.ts';
import { type Body, decodeBody, encodeBody } from '../src/core/seal/body.ts';
import type { SealedFile } from '../src/core/seal/file.ts';
import { Reader, varint } from '../src/core/wire.ts';
import { carriedTargets } from './carried.ts';
import { keepTargets } from './keep.ts';
import { pageTargets } from './page.ts';
import { pigeonTargets } from './pigeon.ts';
import { routeTargets } from './route.ts';
import { syncTargets } from './sync.ts';
import { readsBack, type Target } from './target.ts';
import { transportTargets } from './transports.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const json = (value: unknown): Uint8Array => utf8(JSON.stringify(value));
const vectors = JSON.parse(readFileSync(new URL('../test/vectors/piperchat.json', import.meta.url), 'utf8'));
const posts: unknown[] = [...vectors.v1_1, ...vectors.v1_2, ...vectors.v1_2_tampered].map(({ envelope }) => envelope);
const version10 = { content: 'hi\nyou', pubkey: '11'.repeat(32), signature: '22'.repeat(64), signed_at: 1 };
const people: { ed25519_pub: string }[] = vectors.people;
const fresh = { id: 'fresh', createdAt: '2026-01-31T12:00:00.000Z' };

const jsonOf = (input: Uint8Array): unknown => {
  const text = fromUtf8(input);
  try {
    return JSON.parse(text ?? '');
  } catch {
    throw new DecodeError('json', 'no JSON');
  }
};

/** A JSON object with some members exchanged for anything, so that damage is not all found by the JSON parser. */
const exchanged = (objects: readonly unknown[]): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(
      fc.constantFrom(...(objects as Record<string, unknown>[])),
      fc.array(fc.tuple(fc.nat(), anything), { maxLength: 2 }),
    )
    .map(([object, changes]) => {
      const names = [...Object.keys(object), '__proto__', 'surprise', 'username'];
      const changed = changes.map(([at, value]) => [names[at % names.length], value] as const);
      return json(Object.fromEntries([...Object.entries(object), ...changed]));
    });

const anything: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.constantFrom('\ud800', 'v1\n', '::[]', '1.0', '1.1', '1.2', '1.3', -0, 1e21, 2 ** 53, [null], { toString: 1 }),
);

const file: fc.Arbitrary<SealedFile> = fc.record({
  name: fc.constantFrom('a.txt', 'ünï ☕.png', 'x'),
  type: fc.constantFrom('', 'text/plain'),
  size: fc.nat(2 ** 30),
  key: bytes(32),
  hash: bytes(32),
});

const bodies: Target = {
  name: 'body',
  seeds: fc
    .record({
      text: fc.string({ unit: 'grapheme' }),
      files: fc.array(file, { maxLength: 4 }),
      agent: fc.boolean(),
      sender: bytes(32),
      channel: fc.constantFrom('main', 'a-1'),
      sharedKeys: fc.array(fc.record({ id: bytes(32), bodyKey: bytes(32) }), { maxLength: 3 }),
    })
    .map((body) => encodeBody(body.sharedKeys.length > 0 ? { ...body, text: '', files: [] } : body)),
  check: (input) =>
    readsBack(input, decodeBody, (decoded) => (decoded.kind === 'body' ? rewritten(decoded.body, input) : undefined)),
};

/** Skipped fields are not written again, and a reader takes rich what we write bare: only the full form compares. */
function rewritten(body: Body, input: Uint8Array): Uint8Array | undefined {
  const { sender, channel } = body;
  if (sender === undefined || channel === undefined) return utf8(body.text);
  const again = encodeBody({ ...body, sender, channel });
  return again.length === input.length ? again : undefined;
}

const manifests: Target = {
  name: 'manifest',
  seeds: fc
    .tuple(fc.array(bytes(32), { minLength: 1, maxLength: 5 }), bytes(32), fc.integer({ min: 25, max: 1_048_600 }))
    .map(([full, last, size]) =>
      encodeManifest([...full.map((one) => ({ hash: one, size: 1_048_576 + CHUNK_OVERHEAD })), { hash: last, size }]),
    ),
  check(input) {
    // These two tell a relay yes or no, and never throw.
    if (isSealedBlob(input) && manifestHashes(input).length > 1024) throw new Error('too many chunks');
    return readsBack(input, decodeManifest, encodeManifest);
  },
};

const profile = {
  ...{ agent: true, agreement_key: '22'.repeat(32), channels: ['a', 'main'], features: 0, format: 1 },
  ...{ key: '11'.repeat(32), name: 'Zoë ☕', suite: 1, version: 7, x_new: 'kept', sig: '33'.repeat(64) },
};

const profiles: Target = {
  name: 'profile',
  seeds: exchanged([profile, { ...profile, name: '', agent: undefined }]),
  check(input) {
    const value = jsonOf(input);
    const again = profileToJson(parseProfile(value));
    return readsBack(json(sorted(value)), parseJsonProfile, () => json(sorted(again)));
  },
};

const parseJsonProfile = (input: Uint8Array) => parseProfile(JSON.parse(fromUtf8(input) ?? ''));
const sorted = (value: unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value as object).sort(([a], [b]) => (a < b ? -1 : 1)));

const admissions: Target = {
  name: 'admission',
  seeds: fc
    .array(
      fc.record({
        id: bytes(32),
        scope: fc.constantFrom('channel:main', 'mailbox:dot1:0123456789abcdef'),
        received: fc.maxSafeNat(),
        expires: fc.maxSafeNat(),
        resolvedKey: bytes(32),
        hops: fc.nat(255),
      }),
      { maxLength: 4 },
    )
    .map((records) => encodeAdmissions({ peer: new Uint8Array(32), records })),
  check: (input) =>
    readsBack(input, decodeAdmissions, (list) => {
      const again = encodeAdmissions(list);
      return again.length === input.length ? again : undefined;
    }),
};

const stored = posts.map((post) => encodeEnvelope(toEnvelope(parsePiper(post, { fresh }).message)));

const envelopes: Target = {
  name: 'envelope',
  seeds: fc.constantFrom(...stored),
  check: (input) => readsBack(input, decodeEnvelope, encodeEnvelope),
};

/** Signed bytes of any piper format, under one key. */
const signed: Target = {
  name: 'piper-signed',
  seeds: fc.constantFrom(...stored.map((one) => decodeEnvelope(one).signed)),
  check: (input) =>
    Object.values(FORMATS)
      .map((format) => {
        const key = Buffer.from(people[0]?.ed25519_pub ?? '', 'hex');
        const envelope = { format, key, signature: new Uint8Array(64), signed: input };
        return reads(() =>
          readsBack(
            input,
            () => fromEnvelope(envelope),
            (message) => toEnvelope(message).signed,
          ),
        );
      })
      .includes(true),
};

function reads(read: () => boolean): boolean {
  try {
    return read();
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}

/** Posts are read loosely, and what comes of them strictly: every message that a post gives has a stored form. */
const post: Target = {
  name: 'piper-post',
  seeds: exchanged([...posts, { content: 'hi', author: 'x' }, version10]),
  check(input) {
    const { message } = parsePiper(jsonOf(input), { fresh });
    const envelope = toEnvelope(message);
    return readsBack(encodeEnvelope(envelope), decodeEnvelope, (again) => {
      fromEnvelope(again);
      return encodeEnvelope(again);
    });
  },
};

const varints: Target = {
  name: 'varint',
  seeds: fc.maxSafeNat().map(varint),
  check: (input) =>
    readsBack(
      input,
      (given) => {
        const reader = new Reader(given, 'number');
        const value = reader.varint('number');
        reader.end();
        return value;
      },
      varint,
    ),
};

export const targets: readonly Target[] = [
  ...[varints, bodies, manifests, profiles, admissions, envelopes, signed, post],
  ...pigeonTargets,
  ...carriedTargets,
  ...keepTargets,
  ...routeTargets,
  ...syncTargets,
  ...transportTargets,
  ...pageTargets,
];

/** Names an input, for the folder of crashers. */
export const nameOf = (input: Uint8Array): string => hash('sha256', input).slice(0, 16);

/**
 * The worked bytes of spec/: made here by the code itself out of fixed keys and a fixed "random", kept in
 * spec/vectors/ for other implementations, and shown in the text. spec.test.ts holds the three together;
 * `node test/spec-vectors.ts --write` renews them after an intended change of a format.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { admissionHash, admissionSignedBytes, encodeAdmissions } from '../src/core/admission.ts';
import { toHex, utf8 } from '../src/core/bytes.ts';
import { encodeEnvelope, envelopeId } from '../src/core/envelope/envelope.ts';
import { type Piper11, type PiperMessage, signedBytes, toEnvelope } from '../src/core/envelope/piper.ts';
import { dot1Of } from '../src/core/identity/spelling.ts';
import { frame } from '../src/core/packet/frames.ts';
import { EMPTY, encodePacket, signedBytes as packetSignedBytes } from '../src/core/packet/packet.ts';
import { toEnvelope as packetEnvelope } from '../src/core/packet/packet-envelope.ts';
import { profileSignedBytes } from '../src/core/profile.ts';
import { encodeFrame } from '../src/core/route/frame.ts';
import { asideId } from '../src/core/seal/aside.ts';
import { chunkAssociated, chunkNonce, encodeManifest } from '../src/core/seal/blob.ts';
import { encodeBody } from '../src/core/seal/body.ts';
import { wrapInfo } from '../src/core/seal/layout.ts';
import { varint } from '../src/core/wire.ts';
import { agreementFromSeed, ciphers, sha256, signerFromSeed } from '../src/platform/node/crypto.ts';
import { sealFile } from '../src/runtime/files.ts';
import { signProfile } from '../src/runtime/profiles.ts';
import { sealMessage } from '../src/runtime/sealing.ts';
import { createWrapKeys } from '../src/runtime/wrap-keys.ts';
import { identityVectors } from './identity-vectors.ts';
import { syncVectors } from './sync-vectors.ts';
import { transportVectors } from './transport-vectors.ts';

/** What is shown of a vector: its bytes in rows with a note each, or its text. */
export interface Vector {
  readonly hex?: string;
  readonly text?: string;
  readonly rows?: readonly (readonly [hex: string, note: string])[];
  /** What it was made from, for other implementations. */
  readonly [given: string]: unknown;
}

export type Vectors = Readonly<Record<string, Readonly<Record<string, Vector>>>>;

const CREATED = '2026-01-31T12:00:00.000Z';
const UUID = '7d444840-9dc0-41d1-b245-5ffdce74fad2';

const person = (byte: number) => {
  const signer = signerFromSeed(new Uint8Array(32).fill(byte));
  return { dot1: dot1Of(sha256, signer.key), signer, agreement: agreementFromSeed(new Uint8Array(32).fill(byte + 1)) };
};
const ann = person(0x01);
const ben = person(0x11);

/** 00 01 02 …, going on from call to call. */
function countingRandom() {
  let next = 0;
  return (length: number) => Uint8Array.from({ length }, () => next++ & 0xff);
}

/** The bytes in rows: [length, note] each, all of them covered. */
export function rows(bytes: Uint8Array, cuts: readonly (readonly [length: number, note: string])[]): Vector {
  let at = 0;
  const parts = cuts.map(([length, note]) => {
    at += length;
    return [toHex(bytes.subarray(at - length, at)), note] as const;
  });
  if (at !== bytes.length) throw new Error(`rows cover ${at} of ${bytes.length} bytes`);
  return { hex: toHex(bytes), rows: parts };
}

export async function makeVectors(): Promise<Vectors> {
  return {
    conventions: conventions(),
    people: people(),
    identity: await identityVectors(),
    envelope: await envelopes(),
    sealing: { ...(await wraps()), ...bodies(), ...(await blobs()) },
    profile: await profiles(),
    admission: await admissions(),
    keep: await packets(),
    sync: await syncVectors(),
    route: route(),
    transports: transportVectors(),
  };
}

const people = () =>
  Object.fromEntries(
    Object.entries({ ann, ben }).map(([name, { dot1, signer, agreement }]) => [
      name,
      {
        dot1,
        key: toHex(signer.key),
        agreement_key: toHex(agreement.key),
        seeds: name === 'ann' ? '01…, 02…' : '11…, 12…',
      },
    ]),
  );

const conventions = () =>
  Object.fromEntries(
    [0, 127, 128, 300, Number.MAX_SAFE_INTEGER].map((n) => [`varint-${n}`, { hex: toHex(varint(n)) }]),
  );

async function envelopes(): Promise<Record<string, Vector>> {
  const unsigned: Piper11 = {
    ...{ version: '1.1', id: UUID, channel: 'main', content: 'hello', createdAt: CREATED, prev: null },
    ...{ fromDot1: ann.dot1, fromEd25519Pub: toHex(ann.signer.key), attachments: [], sig: '' },
  };
  const message: Piper11 = { ...unsigned, sig: toHex(await ann.signer.sign(signedBytes(unsigned))) };
  const envelope = toEnvelope(message);
  const stored = encodeEnvelope(envelope);
  return {
    'signed-1.1': { text: textOf(message), signature: message.sig },
    'signed-1.0': { text: textOf(version10()) },
    id: { hex: toHex(envelopeId(sha256, envelope)) },
    stored: rows(stored, [
      [1, 'version'],
      [1, 'suite'],
      [2, 'features'],
      [2, 'format: piper/1.1'],
      [32, 'key'],
      [64, 'signature'],
      [stored.length - 102, 'signed bytes, as above'],
    ]),
  };
}

const version10 = (): PiperMessage => ({
  ...{ version: '1.0', pubkey: toHex(ann.signer.key), signature: '', signedAt: Date.parse(CREATED) },
  ...{ channel: 'main', content: 'hello' },
});

const textOf = (message: PiperMessage): string => Buffer.from(signedBytes(message)).toString();

async function wraps(): Promise<Record<string, Vector>> {
  const info = wrapInfo(ben.dot1, ann.dot1);
  const wrapKey = (await createWrapKeys(ann.agreement, 1).get(ben.agreement.key, info, ciphers)) ?? new Uint8Array();
  const message = await sealMessage(
    {
      ...{ plaintext: utf8('hello'), recipients: [{ dot1: ben.dot1, agreementKey: ben.agreement.key }], sender: ann },
      ...{ channel: 'main', id: UUID, createdAt: CREATED },
    },
    { ciphers, random: countingRandom() },
  );
  const [wrap = ''] = message.wraps.map((one) => one.wrapped_body_key);
  const threeParts = (bytes: Uint8Array) =>
    rows(bytes, [
      [12, 'nonce'],
      [bytes.length - 28, 'ciphertext'],
      [16, 'tag'],
    ]);
  return {
    'wrap-info': { text: Buffer.from(info).toString() },
    'wrap-shared': { hex: toHex(await ann.agreement.agree(ben.agreement.key)) },
    'wrap-key': { hex: toHex(wrapKey) },
    'wrap-body-key': { hex: toHex(countingRandom()(32)) },
    wrap: threeParts(Buffer.from(wrap, 'base64')),
    'cipher-body': { ...threeParts(Buffer.from(message.cipherBody, 'base64')), plaintext: 'hello' },
    'sealed-message': { message },
    'aside-id': { text: asideId(sha256, message.cipherBody) },
  };
}

function bodies(): Record<string, Vector> {
  const file = {
    ...{ name: 'a.txt', type: 'text/plain', size: 5 },
    ...{ key: new Uint8Array(32).fill(0xaa), hash: new Uint8Array(32).fill(0xbb) },
  };
  const bound = { sender: ann.signer.key, channel: 'main' };
  return {
    'body-plain': { hex: toHex(encodeBody({ text: 'hi ☕', ...bound })), text: 'hi ☕' },
    'body-shared-keys': rows(
      encodeBody({
        ...{ text: '', ...bound },
        sharedKeys: [{ id: new Uint8Array(32).fill(0xee), bodyKey: countingRandom()(32) }],
      }),
      [
        [4, 'zero, version 1, no features'],
        [34, 'tag 3, 32 bytes: sender'],
        [6, 'tag 5, 4 bytes: channel "main"'],
        [2, 'tag 9, 64 bytes: shared keys'],
        [32, '  envelope id'],
        [32, '  body key'],
      ],
    ),
    'body-file': rows(encodeBody({ text: 'see', files: [file], agent: true, ...bound }), [
      [4, 'zero, version 1, no features'],
      [5, 'tag 1, 3 bytes: text "see"'],
      [2, 'tag 2, empty: the sender is a program'],
      [34, 'tag 3, 32 bytes: sender'],
      [6, 'tag 5, 4 bytes: channel "main"'],
      [2, 'tag 7, 90 bytes: a file'],
      [7, '  tag 1, 5 bytes: name "a.txt"'],
      [12, '  tag 3, 10 bytes: type "text/plain"'],
      [3, '  tag 5, 1 byte: size 5'],
      [34, '  tag 7, 32 bytes: key'],
      [34, '  tag 9, 32 bytes: hash of the top blob'],
    ]),
  };
}

async function blobs(): Promise<Record<string, Vector>> {
  const plain = { name: 'a.txt', type: 'text/plain', bytes: utf8('hello') };
  const { file, blobs: sealed } = await sealFile(plain, { ciphers, random: countingRandom(), sha256 });
  const chunk = sealed[0]?.bytes ?? new Uint8Array();
  const full = 1_048_600;
  const manifest = encodeManifest([
    { hash: new Uint8Array(32).fill(0xc0), size: full },
    { hash: new Uint8Array(32).fill(0xc1), size: 29 },
  ]);
  return {
    'chunk-key': { hex: toHex(file.key) },
    'chunk-nonce': rows(chunkNonce(0, true), [
      [7, 'zeros'],
      [4, 'index 0'],
      [1, 'the last chunk'],
    ]),
    'chunk-associated': rows(chunkAssociated(0, true), [
      [20, 'label "pipes/sealed-blob/1" and a zero'],
      [8, 'header'],
      [4, 'index 0'],
      [1, 'the last chunk'],
    ]),
    chunk: {
      ...rows(chunk, [
        [2, 'magic "PB"'],
        [1, 'version'],
        [1, 'kind: sealed chunk'],
        [1, 'suite'],
        [2, 'features'],
        [1, 'reserved'],
        [5, 'ciphertext of "hello"'],
        [16, 'tag'],
      ]),
      sha256: toHex(file.hash),
    },
    manifest: rows(manifest, [
      [8, 'header: magic, version, kind 2, suite, features, reserved'],
      [4, 'total: 1,048,629 bytes'],
      [2, 'chunks: 2'],
      [32, 'hash of chunk 0'],
      [4, 'its size'],
      [32, 'hash of chunk 1'],
      [4, 'its size'],
    ]),
  };
}

async function profiles(): Promise<Record<string, Vector>> {
  const profile = {
    ...{ key: ann.signer.key, agreementKey: ann.agreement.key, name: 'Ann', version: 1_769_860_800_000 },
    ...{ channels: ['design', 'main'], agent: false },
  };
  const json = await signProfile(profile, ann.signer);
  return {
    signed: { text: Buffer.from(profileSignedBytes(profile)).toString() },
    signature: { hex: String(json.sig) },
    json: { json },
  };
}

async function admissions(): Promise<Record<string, Vector>> {
  const record = {
    ...{ id: new Uint8Array(32).fill(0xee), scope: 'channel:main', received: 1_769_860_800_000 },
    ...{ expires: 1_769_947_200_000, hops: 0 },
  };
  const encoded = encodeAdmissions({ peer: ben.signer.key, records: [record] });
  return {
    list: rows(encoded, [
      [4, 'version, suite, features'],
      [32, 'ingress peer'],
      [2, 'records: 1'],
      [1, 'bytes of this record'],
      [34, 'tag 1, 32 bytes: envelope id'],
      [14, 'tag 3, 12 bytes: scope "channel:main"'],
      [8, 'tag 5, 6 bytes: received, 1769860800000'],
      [8, 'tag 7, 6 bytes: expires, 1769947200000'],
    ]),
    signature: { hex: toHex(await ben.signer.sign(admissionSignedBytes(encoded))) },
    'record-hash': { hex: toHex(admissionHash(sha256, ben.signer.key, record)) },
  };
}

async function packets(): Promise<Record<string, Vector>> {
  const unsigned = { ...EMPTY, id: '1', src: 'bot:ann', dst: 'server', body: 'hello', ttl: 60 };
  const signed = packetSignedBytes(unsigned);
  const packet = { ...unsigned, sig: await ann.signer.sign(signed), pk: ann.signer.key };
  const bytes = encodePacket(packet);
  const fields: [number, string][] = [
    [3, 'id "1"'],
    [9, 'src "bot:ann"'],
    [8, 'dst "server"'],
    [7, 'body "hello"'],
    [2, 'ttl 60'],
  ];
  return {
    signed: rows(signed, fields),
    packet: rows(bytes, [[66, 'sig'], [34, 'pk'], ...fields]),
    frame: rows(frame(bytes).subarray(0, 8), [
      [4, `length: ${bytes.length}`],
      [4, 'the packet begins'],
    ]),
    id: { hex: toHex(envelopeId(sha256, packetEnvelope(packet))) },
  };
}

function route(): Record<string, Vector> {
  const [session, heard] = [0x20, 0x00].map((first) => Uint8Array.from({ length: 16 }, (_, i) => first + i)) as [
    Uint8Array,
    Uint8Array,
  ];
  const data = { seq: 300, more: false, payload: utf8('lo') };
  return {
    open: rows(encodeFrame({ kind: 'open', session: heard, window: 4_194_304, number: 1 }), [
      [4, 'kind: open; version 1; no features'],
      [16, 'session'],
      [4, 'window: 4,194,304'],
      [1, 'number: 1'],
    ]),
    accept: rows(encodeFrame({ kind: 'accept', session, heard, number: 1 }), [
      [1, 'kind: accept'],
      [16, 'session'],
      [16, 'session that was heard'],
      [1, 'number: 1'],
    ]),
    data: rows(encodeFrame({ kind: 'data', ...data }), [
      [2, 'kind: data; flags: no more'],
      [2, 'sequence number: 300'],
      [2, 'payload'],
    ]),
    ack: rows(encodeFrame({ kind: 'ack', taken: 7, arrived: 9, spans: [{ from: 12, to: 12 }] }), [
      [1, 'kind: ack'],
      [2, 'taken: 7; arrived: 2 more'],
      [2, 'missing: 2; there: 1'],
    ]),
    ping: { hex: toHex(encodeFrame({ kind: 'ping', number: 2 })) },
    pong: rows(encodeFrame({ kind: 'pong', number: 2, arrived: 5 }), [
      [2, 'kind: pong; number: 2'],
      [1, 'arrived: 5 frames'],
    ]),
  };
}

/** The inside of a fenced block for one vector. */
export function render(vector: Vector): string {
  if (vector.rows) return vector.rows.map(([hex, note]) => row(hex, note)).join('\n');
  if (vector.text !== undefined) return wrapText(vector.text.replaceAll('\n', '\\n')).join('\n');
  return wrapText(vector.hex ?? '', 64).join('\n');
}

function row(hex: string, note: string): string {
  const [first = '', ...more] = wrapText(hex, 72);
  return [`${first}${first.length < 24 ? ' '.repeat(24 - first.length) : ''}  ; ${note}`, ...more].join('\n');
}

const wrapText = (text: string, width = 100): string[] => text.match(new RegExp(`.{1,${width}}`, 'gu')) ?? [''];

const BLOCK = /^```vector ([a-z]+)#([\w.-]+)\n([\s\S]*?)^```$/gm;

/** Each vector block of a document: its name, what it shows, what it should show. */
export function blocksOf(markdown: string, vectors: Vectors): { name: string; shown: string; expected: string }[] {
  return [...markdown.matchAll(BLOCK)].map(([, file = '', name = '', shown = '']) => {
    const vector = vectors[file]?.[name];
    return { name: `${file}#${name}`, shown: shown.trimEnd(), expected: vector ? render(vector) : 'no such vector' };
  });
}

/** Numbers and hex alone: rows are for people. */
export const toJson = (vectors: Vectors[string]): string =>
  `${JSON.stringify(vectors, (key, value) => (key === 'rows' ? undefined : value), 2)}\n`;

async function write(): Promise<void> {
  const vectors = await makeVectors();
  for (const [file, content] of Object.entries(vectors)) {
    writeFileSync(new URL(`../spec/vectors/${file}.json`, import.meta.url), toJson(content));
  }
  for (const path of process.argv.slice(3)) {
    const filled = readFileSync(path, 'utf8').replace(BLOCK, (_, file: string, name: string) => {
      const vector = vectors[file]?.[name];
      if (vector === undefined) throw new Error(`${path}: no vector ${file}#${name}`);
      return `\`\`\`vector ${file}#${name}\n${render(vector)}\n\`\`\``;
    });
    writeFileSync(path, filled);
  }
}

if (process.argv[2] === '--write') await write();

/**
 * The key file's content (spec/01-identity.md#key-file): JSON with the identity's secret, bare or sealed under a
 * passphrase (Argon2id, AES-256-GCM). Everything but the sealed bytes is authenticated with them, so that a file
 * with weakened parameters does not open.
 */
import * as nodeCrypto from 'node:crypto';
import { fromHex, fromUtf8, toHex, utf8 } from '../../core/bytes.ts';
import { DecodeError, UsageError, VerificationError } from '../../core/errors.ts';
import { type IdentitySecret, SEED_BYTES, seedsOf } from '../../core/identity/derive.ts';
import type { Random } from '../../core/ports.ts';
import { LABELS } from '../../core/registry.ts';
import { ciphers, sha256, signerFromSeed } from './crypto.ts';

/** RFC 9106, section 4: the second recommended option, for 64 MiB. */
const ARGON2ID = { memory_kib: 65_536, passes: 3, lanes: 4 };
/** What a file may ask of the machine that opens it. */
const MOST = { memory_kib: 1_048_576, passes: 64, lanes: 64 };
const SALT_BYTES = 16;
const NONCE_BYTES = 12;

interface Sealing {
  readonly kdf: 'argon2id';
  readonly memory_kib: number;
  readonly passes: number;
  readonly lanes: number;
  readonly salt: string;
  readonly nonce: string;
}

/** Readable by anyone who has the file, authenticated where it is sealed. Fields stand in this order. */
interface Header {
  readonly version: 1;
  readonly suite: 1;
  readonly features: 0;
  /** The verifying key in hex: tells whose file it is, and that its secret is whole. */
  readonly key: string;
  readonly sealing?: Sealing;
}

/** In hex. */
interface SecretFields {
  readonly root?: string | undefined;
  readonly signing?: string | undefined;
  readonly agreement?: string | undefined;
}

export async function encodeKeyFile(secret: IdentitySecret, random: Random, passphrase?: string): Promise<string> {
  const key = toHex(verifyingKey(secret));
  const header: Header = { version: 1, suite: 1, features: 0, key };
  if (passphrase === undefined) return render({ ...header, secret: fieldsOf(secret) });
  if (passphrase === '') throw new UsageError('Cannot seal identity: expected a passphrase, got an empty one');
  const salt = toHex(random(SALT_BYTES));
  const nonce = random(NONCE_BYTES);
  const sealing: Sealing = { kdf: 'argon2id', ...ARGON2ID, salt, nonce: toHex(nonce) };
  const sealed = await ciphers.encrypt(
    await stretch(passphrase, sealing),
    nonce,
    utf8(JSON.stringify(fieldsOf(secret))),
    associated({ ...header, sealing }),
  );
  return render({ ...header, sealing, sealed: toHex(sealed) });
}

/** Throws DecodeError for no key file, UsageError for a missing or needless passphrase, VerificationError for a wrong one. */
export async function decodeKeyFile(text: string, passphrase?: string): Promise<IdentitySecret> {
  const file = objectOf(parse(text), 'file');
  const header = headerOf(file);
  const secret = secretOf(
    header.sealing === undefined ? bareFields(file, passphrase) : await open(file, header, passphrase),
  );
  if (toHex(verifyingKey(secret)) !== header.key) {
    throw new DecodeError('key', 'Cannot read identity: its secret does not belong to its key');
  }
  return secret;
}

const verifyingKey = (secret: IdentitySecret): Uint8Array => signerFromSeed(seedsOf(sha256, secret).signing).key;

const render = (file: object): string => `${JSON.stringify(file, null, 2)}\n`;

const associated = (header: Header): Uint8Array => utf8(`${LABELS.keyFile}\n${JSON.stringify(header)}`);

function bareFields(file: Fields, passphrase: string | undefined): Fields {
  if (passphrase !== undefined)
    throw new UsageError('Cannot open identity: it is under no passphrase, but one was given');
  return objectOf(file.secret, 'secret');
}

async function open(file: Fields, header: Header, passphrase: string | undefined): Promise<Fields> {
  if (header.sealing === undefined) throw new DecodeError('sealing', 'Cannot read identity: it is not sealed');
  if (passphrase === undefined)
    throw new UsageError('Cannot open identity: it is under a passphrase, but none was given');
  const sealed = bytesOf(file, 'sealed');
  const nonce = bytesOf({ ...header.sealing }, 'nonce', NONCE_BYTES);
  const key = await stretch(passphrase, header.sealing);
  const plaintext = await ciphers.decrypt(key, nonce, sealed, associated(header));
  if (plaintext === undefined) throw new VerificationError('Cannot open identity: the passphrase is wrong');
  return objectOf(parse(fromUtf8(plaintext) ?? ''), 'sealed');
}

/** Argon2id; text is normalised, so that one passphrase typed on two systems is one. */
function stretch(passphrase: string, sealing: Sealing): Promise<Uint8Array> {
  if (typeof nodeCrypto.argon2 !== 'function') {
    throw new UsageError(`Cannot use a passphrase: expected Node 24.7 or newer, got ${process.version}`);
  }
  const parameters = {
    message: utf8(passphrase.normalize('NFKC')),
    nonce: bytesOf({ ...sealing }, 'salt', SALT_BYTES),
    parallelism: sealing.lanes,
    tagLength: 32,
    memory: sealing.memory_kib,
    passes: sealing.passes,
  };
  return new Promise((resolve, reject) => {
    nodeCrypto.argon2('argon2id', parameters, (error, key) => (error ? reject(error) : resolve(new Uint8Array(key))));
  });
}

function fieldsOf(secret: IdentitySecret): SecretFields {
  if (secret.kind === 'root') return { root: toHex(secret.root) };
  return { signing: toHex(secret.signing), agreement: secret.agreement && toHex(secret.agreement) };
}

function secretOf(fields: Fields): IdentitySecret {
  if (fields.root !== undefined) return { kind: 'root', root: bytesOf(fields, 'root', SEED_BYTES) };
  const agreement = fields.agreement === undefined ? undefined : bytesOf(fields, 'agreement', SEED_BYTES);
  return { kind: 'imported', signing: bytesOf(fields, 'signing', SEED_BYTES), agreement };
}

type Fields = Readonly<Record<string, unknown>>;

function headerOf(file: Fields): Header {
  if (file.version !== 1) {
    throw new DecodeError('version', `Cannot read identity: expected version 1, got ${JSON.stringify(file.version)}`);
  }
  if (file.suite !== 1 || file.features !== 0) {
    throw new DecodeError('suite', 'Cannot read identity: it needs a suite or feature that this version lacks');
  }
  const header: Header = { version: 1, suite: 1, features: 0, key: toHex(bytesOf(file, 'key', 32)) };
  return file.sealing === undefined ? header : { ...header, sealing: sealingOf(objectOf(file.sealing, 'sealing')) };
}

function sealingOf(fields: Fields): Sealing {
  if (fields.kdf !== 'argon2id') throw new DecodeError('kdf', 'Cannot read identity: expected kdf argon2id');
  return {
    kdf: 'argon2id',
    memory_kib: numberOf(fields, 'memory_kib'),
    passes: numberOf(fields, 'passes'),
    lanes: numberOf(fields, 'lanes'),
    salt: toHex(bytesOf(fields, 'salt', SALT_BYTES)),
    nonce: toHex(bytesOf(fields, 'nonce', NONCE_BYTES)),
  };
}

function numberOf(fields: Fields, name: keyof typeof MOST): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST[name]) return value;
  throw new DecodeError(name, `Cannot read identity: expected ${name} from 1 to ${MOST[name]}`);
}

function bytesOf(fields: Fields, name: string, length?: number): Uint8Array {
  const value = fields[name];
  const bytes = typeof value === 'string' ? fromHex(value, length) : undefined;
  if (bytes !== undefined) return bytes;
  throw new DecodeError(name, `Cannot read identity: expected ${name} to be ${length ?? ''} bytes in lower-case hex`);
}

function objectOf(value: unknown, name: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new DecodeError(name, `Cannot read identity: expected ${name} to be a JSON object`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DecodeError('file', 'Cannot read identity: expected JSON', { cause });
  }
}

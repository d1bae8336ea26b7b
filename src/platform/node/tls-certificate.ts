/**
 * The certificate by which a peer shows its key in TLS: X.509, Ed25519, signed by itself
 * (spec/11-transports.md#certificate). A key has exactly one certificate, so that reading one is comparing bytes and
 * checking a signature; there is no parser that could be fooled. It says nothing about time or names.
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { concat, utf8 } from '../../core/bytes.ts';
import { UsageError } from '../../core/errors.ts';
import { SEED_BYTES } from '../../core/identity/derive.ts';
import { isStrict } from '../../core/identity/signature.ts';

export interface TlsIdentity {
  /** The verifying key, 32 bytes. */
  readonly key: Uint8Array;
  readonly certificate: Uint8Array;
  /** What node:tls takes. */
  readonly pem: { readonly key: string; readonly cert: string };
}

export function tlsIdentityOf(seed: Uint8Array): TlsIdentity {
  const secret = privateKeyOf(seed);
  const key = publicBytesOf(secret);
  const body = bodyOf(key);
  const certificate = certificateOf(body, new Uint8Array(sign(null, body, secret)));
  const keyPem = secret.export({ format: 'pem', type: 'pkcs8' }) as string;
  return { key, certificate, pem: { key: keyPem, cert: pemOf(certificate) } };
}

/** The key that this certificate shows; undefined where it is not, to the byte, the one certificate of a key. */
export function keyOfCertificate(certificate: Uint8Array): Uint8Array | undefined {
  if (certificate.length !== CERTIFICATE_BYTES) return undefined;
  const key = new Uint8Array(certificate.slice(KEY_AT, KEY_AT + KEY_BYTES));
  const signature = certificate.slice(CERTIFICATE_BYTES - SIGNATURE_BYTES);
  const body = bodyOf(key);
  if (Buffer.compare(certificateOf(body, signature), certificate) !== 0) return undefined;
  if (!isStrict(key, signature)) return undefined;
  const spki = createPublicKey({ key: Buffer.from(spkiOf(key)), format: 'der', type: 'spki' });
  return verify(null, body, spki, signature) ? key : undefined;
}

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OID = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const SET = 0x31;
const VERSION = 0xa0;

/** DER: tag, length in its shortest form, content. */
function der(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const bytes = concat(...content);
  const length =
    bytes.length < 128
      ? [bytes.length]
      : bytes.length < 256
        ? [0x81, bytes.length]
        : [0x82, bytes.length >> 8, bytes.length & 0xff];
  return concat(Uint8Array.of(tag, ...length), bytes);
}

/** 1.3.101.112: Ed25519 (RFC 8410). */
const ALGORITHM = der(SEQUENCE, der(OID, Uint8Array.of(0x2b, 0x65, 0x70)));
/** Common name (2.5.4.3), which says whose format this is and its version. */
const NAME = der(
  SEQUENCE,
  der(SET, der(SEQUENCE, der(OID, Uint8Array.of(0x55, 4, 3)), der(UTF8_STRING, utf8('pipes/tls/1')))),
);
/** From the first to the last moment that can be written: RFC 5280, "no well-defined expiration date". */
const VALIDITY = der(SEQUENCE, der(UTC_TIME, utf8('700101000000Z')), der(GENERALIZED_TIME, utf8('99991231235959Z')));

const bitString = (bytes: Uint8Array): Uint8Array => der(BIT_STRING, Uint8Array.of(0), bytes);
const integer = (value: number): Uint8Array => der(INTEGER, Uint8Array.of(value));
const spkiOf = (key: Uint8Array): Uint8Array => der(SEQUENCE, ALGORITHM, bitString(key));

/** What is signed: version 3, serial number 1, and the above. */
function bodyOf(key: Uint8Array): Uint8Array {
  return der(SEQUENCE, der(VERSION, integer(2)), integer(1), ALGORITHM, NAME, VALIDITY, NAME, spkiOf(key));
}

const certificateOf = (body: Uint8Array, signature: Uint8Array): Uint8Array =>
  der(SEQUENCE, body, ALGORITHM, bitString(signature));

const CERTIFICATE_BYTES = certificateOf(bodyOf(new Uint8Array(KEY_BYTES)), new Uint8Array(SIGNATURE_BYTES)).length;
/** Behind the key come the algorithm once more, and the signature with its head of three bytes. */
const KEY_AT = CERTIFICATE_BYTES - SIGNATURE_BYTES - 3 - ALGORITHM.length - KEY_BYTES;

const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

function privateKeyOf(seed: Uint8Array): KeyObject {
  if (seed.length !== SEED_BYTES)
    throw new UsageError(`Cannot make a certificate: expected a seed of 32 bytes, got ${seed.length}`);
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
}

const publicBytesOf = (secret: KeyObject): Uint8Array =>
  new Uint8Array(createPublicKey(secret).export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES));

const pemOf = (certificate: Uint8Array): string =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(certificate).toString('base64')}\n-----END CERTIFICATE-----\n`;

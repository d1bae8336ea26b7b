/**
 * X.509 certificates as far as peers make them for themselves: version 3, serial number 1, a name that says whose format
 * it is, valid from the first to the last moment that can be written, no extensions, signed by the key that is in them.
 * Who reads one looks at the key or the fingerprint alone. DER is written here and never read.
 */
import { concat, utf8 } from '../../core/bytes.ts';

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OID = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const SET = 0x31;
const VERSION = 0xa0;

/** Tag, length in its shortest form, content. */
function der(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const bytes = concat(...content);
  const { length } = bytes;
  const short = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return concat(Uint8Array.of(tag, ...short), bytes);
}

const integer = (value: number): Uint8Array => der(INTEGER, Uint8Array.of(value));
const bitString = (bytes: Uint8Array): Uint8Array => der(BIT_STRING, Uint8Array.of(0), bytes);

/** 1.3.101.112 (RFC 8410). */
export const ED25519 = der(SEQUENCE, der(OID, Uint8Array.of(0x2b, 0x65, 0x70)));
/** 1.2.840.10045.4.3.2 (RFC 5758). */
export const ECDSA_WITH_SHA256 = der(SEQUENCE, der(OID, Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2)));

/** A key as certificates hold it. */
export const publicKeyInfo = (algorithm: Uint8Array, key: Uint8Array): Uint8Array =>
  der(SEQUENCE, algorithm, bitString(key));

/** Common name, 2.5.4.3. */
const nameOf = (text: string): Uint8Array =>
  der(SEQUENCE, der(SET, der(SEQUENCE, der(OID, Uint8Array.of(0x55, 4, 3)), der(UTF8_STRING, utf8(text)))));

/** RFC 5280 calls the second "no well-defined expiration date". */
const VALIDITY = der(SEQUENCE, der(UTC_TIME, utf8('700101000000Z')), der(GENERALIZED_TIME, utf8('99991231235959Z')));

/** What is signed. */
export function certificateBody(algorithm: Uint8Array, name: string, keyInfo: Uint8Array): Uint8Array {
  const subject = nameOf(name);
  return der(SEQUENCE, der(VERSION, integer(2)), integer(1), algorithm, subject, VALIDITY, subject, keyInfo);
}

export const certificateOf = (algorithm: Uint8Array, body: Uint8Array, signature: Uint8Array): Uint8Array =>
  der(SEQUENCE, body, algorithm, bitString(signature));

export const pemOf = (certificate: Uint8Array): string =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(certificate).toString('base64')}\n-----END CERTIFICATE-----\n`;

/**
 * The certificate by which a peer shows its key in TLS: X.509, Ed25519, signed by itself
 * (spec/11-transports.md#certificate). A key has exactly one certificate, so that reading one is comparing bytes and
 * checking a signature; there is no parser that could be fooled. It says nothing about time or names.
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { UsageError } from '../../core/errors.ts';
import { SEED_BYTES } from '../../core/identity/derive.ts';
import { isStrict } from '../../core/identity/signature.ts';
import { certificateBody, certificateOf, ED25519, pemOf, publicKeyInfo } from './x509.ts';

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
  const certificate = signed(body, new Uint8Array(sign(null, body, secret)));
  const keyPem = secret.export({ format: 'pem', type: 'pkcs8' }) as string;
  return { key, certificate, pem: { key: keyPem, cert: pemOf(certificate) } };
}

/** The key that this certificate shows; undefined where it is not, to the byte, the one certificate of a key. */
export function keyOfCertificate(certificate: Uint8Array): Uint8Array | undefined {
  if (certificate.length !== CERTIFICATE_BYTES) return undefined;
  const key = new Uint8Array(certificate.slice(KEY_AT, KEY_AT + KEY_BYTES));
  const signature = certificate.slice(CERTIFICATE_BYTES - SIGNATURE_BYTES);
  const body = bodyOf(key);
  if (Buffer.compare(signed(body, signature), certificate) !== 0) return undefined;
  if (!isStrict(key, signature)) return undefined;
  const spki = createPublicKey({ key: Buffer.from(spkiOf(key)), format: 'der', type: 'spki' });
  return verify(null, body, spki, signature) ? key : undefined;
}

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** Whose format this is, and its version. */
const NAME = 'pipes/tls/1';

const spkiOf = (key: Uint8Array): Uint8Array => publicKeyInfo(ED25519, key);
const bodyOf = (key: Uint8Array): Uint8Array => certificateBody(ED25519, NAME, spkiOf(key));
const signed = (body: Uint8Array, signature: Uint8Array): Uint8Array => certificateOf(ED25519, body, signature);

const CERTIFICATE_BYTES = signed(bodyOf(new Uint8Array(KEY_BYTES)), new Uint8Array(SIGNATURE_BYTES)).length;
/** Behind the key come the algorithm once more, and the signature with its head of three bytes. */
const KEY_AT = CERTIFICATE_BYTES - SIGNATURE_BYTES - 3 - ED25519.length - KEY_BYTES;

const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

function privateKeyOf(seed: Uint8Array): KeyObject {
  if (seed.length !== SEED_BYTES)
    throw new UsageError(`Cannot make a certificate: expected a seed of 32 bytes, got ${seed.length}`);
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
}

const publicBytesOf = (secret: KeyObject): Uint8Array =>
  new Uint8Array(createPublicKey(secret).export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES));

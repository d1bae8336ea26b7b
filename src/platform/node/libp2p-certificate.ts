/**
 * The certificate of a webrtc-direct listener, which its address names by hash: kept on disk, so that addresses which
 * others have been told stay good. Browsers know no Ed25519 there; it is ECDSA, and proves nothing: the peer's key does, in
 * the noise handshake inside. DATA_DIR/webrtc.json, mode 0600.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, type KeyObject, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { concat } from '../../core/bytes.ts';
import { StorageError } from '../../core/errors.ts';
import { createFile } from './create-file.ts';
import { certificateBody, certificateOf, ECDSA_WITH_SHA256, pemOf } from './x509.ts';

/** As js-libp2p takes it. */
export interface WebrtcCertificate {
  readonly privateKey: string;
  readonly pem: string;
  /** Multibase of the multihash of the certificate. */
  readonly certhash: string;
}

/** That of this directory; a new one where there is none. */
export async function loadOrCreateWebrtcCertificate(dataDir: string): Promise<WebrtcCertificate> {
  const path = join(dataDir, 'webrtc.json');
  const text = await readFile(path, 'utf8').catch((cause) => {
    if (cause.code === 'ENOENT') return undefined;
    throw new StorageError(`Cannot read certificate: ${path}: ${cause.message}`, { cause });
  });
  if (text !== undefined) return decode(path, text);
  const made = createWebrtcCertificate();
  const content = `${JSON.stringify({ format: 1, key: made.privateKey, certificate: made.pem })}\n`;
  try {
    return (await createFile(path, content)) ? made : loadOrCreateWebrtcCertificate(dataDir);
  } catch (cause) {
    throw new StorageError(`Cannot write certificate: ${path}: ${(cause as Error).message}`, { cause });
  }
}

export function createWebrtcCertificate(): WebrtcCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyInfo = publicKey.export({ format: 'der', type: 'spki' });
  const body = certificateBody(ECDSA_WITH_SHA256, NAME, keyInfo);
  return of(privateKey, certificateOf(ECDSA_WITH_SHA256, body, sign('sha256', body, privateKey)));
}

const NAME = 'pipes/webrtc/1';
const MULTIHASH_SHA256 = Uint8Array.of(0x12, 0x20);

function of(privateKey: KeyObject, certificate: Uint8Array): WebrtcCertificate {
  const digest = concat(MULTIHASH_SHA256, hash('sha256', certificate, 'buffer'));
  return {
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
    pem: pemOf(certificate),
    certhash: `u${Buffer.from(digest).toString('base64url')}`,
  };
}

function decode(path: string, text: string): WebrtcCertificate {
  try {
    const { format, key, certificate } = JSON.parse(text) as Record<string, unknown>;
    if (format !== 1 || typeof key !== 'string' || typeof certificate !== 'string')
      throw new Error('expected format 1');
    const privateKey = createPrivateKey(key);
    const bytes = Buffer.from(certificate.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
    if (bytes.indexOf(spki) < 0) throw new Error('the key is not that of the certificate');
    return of(privateKey, new Uint8Array(bytes));
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new StorageError(`Cannot read certificate: ${path}: ${reason}; move it away, and a new one is made`, {
      cause,
    });
  }
}

/** What both ends ask of TLS (spec/11-transports.md#tls). Certificates are judged by keyOfCertificate, not by OpenSSL's trust in authorities. */
import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { keyOfCertificate, type TlsIdentity } from './tls-certificate.ts';

/** Nothing is resumed: each handshake proves both keys anew. */
export const termsOf = ({ pem }: TlsIdentity) =>
  ({
    ...pem,
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    rejectUnauthorized: false,
    secureOptions: constants.SSL_OP_NO_TICKET,
  }) as const;

/** What the handshake proved; undefined where the certificate is not the one of a key. */
export const keyOf = (socket: TLSSocket): Uint8Array | undefined => {
  const certificate = socket.getPeerX509Certificate()?.raw;
  return certificate && keyOfCertificate(certificate);
};

/** For a handshake, at both ends. */
export const HANDSHAKE_MS = 15_000;

/** Keeps a socket until it closes, so that whoever closes the transport finds it. */
export type Hold = <T extends Socket>(socket: T) => T;

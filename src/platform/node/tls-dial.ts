/** The dialling end of the TLS transport: a handshake, or an error that says what may help. */
import { connect, type TLSSocket } from 'node:tls';
import { toHex } from '../../core/bytes.ts';
import { RemoteError, UsageError, VerificationError } from '../../core/errors.ts';
import type { AbortSignalLike } from '../../core/ports.ts';
import { KEEP_ALIVE_MS } from './port-share.ts';
import { parseTlsAddress } from './tls-address.ts';
import type { TlsIdentity } from './tls-certificate.ts';
import { type Hold, termsOf } from './tls-terms.ts';

/** Connects and shakes hands; the other end has proved the key of its certificate, which is not judged yet. */
export function handshake(
  address: string,
  protocol: string,
  identity: TlsIdentity,
  signal: AbortSignalLike | undefined,
  withinMs: number,
  hold: Hold,
): Promise<TLSSocket> {
  const place = parseTlsAddress(address);
  if (place === undefined)
    throw new UsageError(`Cannot dial ${address}: expected an address of the form tls://host:port`);
  if (signal?.aborted) throw givenUp(address);
  return new Promise((resolve, reject) => {
    const socket = hold(connect({ ...termsOf(identity), ...place, servername: '', ALPNProtocols: [protocol] }));
    const timer = setTimeout(() => stop(silent(address, withinMs)), withinMs);
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    const stop = (error: Error): void => {
      settle();
      socket.destroy();
      reject(error);
    };
    const abort = (): void => stop(givenUp(address));
    signal?.addEventListener('abort', abort);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.on('error', (error) => stop(refusal(address, protocol, error)));
    socket.once('close', () => stop(hungUp(address)));
    socket.once('secureConnect', () => {
      if (socket.alpnProtocol !== protocol) {
        stop(notOurs(address, protocol));
        return;
      }
      settle();
      resolve(socket);
    });
  });
}

/** What is wrong with the key that answered, where anything is. */
export function troubleWith(
  address: string,
  got: Uint8Array | undefined,
  expected: Uint8Array | undefined,
): Error | undefined {
  if (got === undefined)
    return new VerificationError(`Cannot trust ${address}: expected the certificate of a peer, got another one`);
  if (expected === undefined || toHex(expected) === toHex(got)) return undefined;
  return new VerificationError(`Cannot trust ${address}: expected key ${toHex(expected)}, got ${toHex(got)}`);
}

function refusal(address: string, protocol: string, error: NodeJS.ErrnoException): RemoteError {
  if (error.code === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL') return notOurs(address, protocol);
  const cure = CURES[error.code ?? ''] ?? 'is it the address of a peer?';
  return new RemoteError(`Cannot dial ${address}: ${error.message}; ${cure}`, { cause: error });
}

const CURES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there; is the other peer running?',
  ENOTFOUND: 'the name is not known; is it spelt right?',
  EHOSTUNREACH: 'no way leads there; is this machine on the same network?',
  ENETUNREACH: 'no way leads there; is this machine on a network?',
  ETIMEDOUT: 'nobody answers; does a firewall stand between?',
};

const notOurs = (address: string, protocol: string): RemoteError =>
  new RemoteError(`Cannot dial ${address}: it does not speak ${protocol}; is its version the same?`);
const silent = (address: string, ms: number): RemoteError =>
  new RemoteError(`Cannot dial ${address}: no answer within ${ms / 1000} s; does a firewall stand between?`);
const hungUp = (address: string): RemoteError =>
  new RemoteError(`Cannot dial ${address}: it hung up; is it the address of a peer?`);
const givenUp = (address: string): RemoteError => new RemoteError(`Cannot dial ${address}: the attempt was given up`);

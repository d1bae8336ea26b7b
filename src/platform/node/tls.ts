/**
 * The transport between Node peers that reach each other directly: TLS 1.3 over TCP, one connection for each stream,
 * both ends pinned to their keys by certificates that these keys sign (spec/11-transports.md#tls). It carries bulk. No
 * certificate authority, no names, no tickets: what counts is the key that the handshake proves.
 */
import type { Socket } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { toHex } from '../../core/bytes.ts';
import { RemoteError, UsageError, VerificationError } from '../../core/errors.ts';
import type { AbortSignalLike } from '../../core/ports.ts';
import type { Transport, TransportStream } from '../../core/transport.ts';
import { hostsOf, passageTo, unmapped, watchOwnHosts } from './own-addresses.ts';
import { KEEP_ALIVE_MS, type SharedPort } from './port-share.ts';
import { formatTlsAddress, parseTlsAddress } from './tls-address.ts';
import { keyOfCertificate, type TlsIdentity, tlsIdentityOf } from './tls-certificate.ts';
import { streamOver } from './tls-stream.ts';

export interface TlsOptions {
  /** The peer's Ed25519 secret, 32 bytes. */
  readonly seed: Uint8Array;
  /** Where it takes connections; absent: it only dials. The port stays its owner's. */
  readonly port?: SharedPort;
  /** What others are told instead of this machine's own addresses. */
  readonly announce?: readonly string[];
  /** How long a dial may take, handshake included. */
  readonly dialMs?: number;
}

export function createTlsTransport(options: TlsOptions): Transport {
  const identity = tlsIdentityOf(options.seed);
  const takers = new Map<string, (stream: TransportStream) => void>();
  const streams = new Set<TransportStream>();
  const sockets = new Set<TLSSocket | Socket>();
  const listeners = new Set<() => void>();
  let isOpen = true;

  const holdTill = <T extends TLSSocket | Socket>(socket: T): T => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  const streamOf = (socket: TLSSocket, remoteKey: Uint8Array, address: string): TransportStream => {
    const passage = passageTo(socket.remoteAddress);
    const stream = streamOver(socket, { protocol: socket.alpnProtocol || '', remoteKey, address, passage });
    streams.add(stream);
    socket.once('close', () => streams.delete(stream));
    return stream;
  };
  const stopTaking = options.port === undefined ? undefined : serve(options.port, identity, takers, holdTill, streamOf);
  const stopWatching =
    options.port === undefined
      ? undefined
      : watchOwnHosts(() => {
          for (const listener of listeners) listener();
        });
  return {
    name: 'tls',
    key: identity.key,
    dials: (address) => parseTlsAddress(address) !== undefined,
    async dial(address, { protocol, key, signal }) {
      if (!isOpen) throw new UsageError('Cannot dial: the transport is closed');
      const socket = await handshake(address, protocol, identity, signal, options.dialMs ?? DIAL_MS, holdTill);
      const remoteKey = keyOf(socket);
      const trouble = troubleWith(address, remoteKey, key);
      if (remoteKey === undefined || trouble !== undefined) {
        socket.destroy();
        throw trouble ?? new RemoteError(`Cannot dial ${address}`);
      }
      return streamOf(socket, remoteKey, address);
    },
    accept(protocol, taker) {
      if (takers.has(protocol)) throw new UsageError(`Cannot accept ${protocol}: it is taken already`);
      takers.set(protocol, taker);
      return () => {
        if (takers.get(protocol) === taker) takers.delete(protocol);
      };
    },
    addresses: () => (isOpen ? addressesOf(options) : []),
    onAddresses(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      stopTaking?.();
      stopWatching?.();
      listeners.clear();
      for (const stream of streams) stream.abort();
      const closed = [...sockets].map((socket) => new Promise((done) => socket.once('close', done)));
      for (const socket of sockets) socket.destroy();
      await Promise.all(closed);
    },
  };
}

const DIAL_MS = 15_000;

/** What both ends ask of TLS. Certificates are judged here, by keyOfCertificate, not by OpenSSL's trust in authorities. */
const termsOf = ({ pem }: TlsIdentity) =>
  ({ ...pem, minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', rejectUnauthorized: false }) as const;

const keyOf = (socket: TLSSocket): Uint8Array | undefined => {
  const certificate = socket.getPeerX509Certificate()?.raw;
  return certificate && keyOfCertificate(certificate);
};

function addressesOf({ port, announce }: TlsOptions): string[] {
  if (announce !== undefined) return [...announce];
  return port === undefined ? [] : hostsOf(port.host).map((host) => formatTlsAddress({ host, port: port.port }));
}

/** Takes the TLS connections of that port; who shows no proper certificate, or wants an unknown protocol, is dropped. */
function serve(
  port: SharedPort,
  identity: TlsIdentity,
  takers: ReadonlyMap<string, (stream: TransportStream) => void>,
  hold: <T extends TLSSocket | Socket>(socket: T) => T,
  streamOf: (socket: TLSSocket, remoteKey: Uint8Array, address: string) => TransportStream,
): () => void {
  const decisions = new Map<string, () => void>();
  const nameOf = (socket: Socket | TLSSocket): string => `${socket.remoteAddress} ${socket.remotePort}`;
  const server = createServer({
    ...termsOf(identity),
    requestCert: true,
    handshakeTimeout: DIAL_MS,
    ALPNCallback: ({ protocols }) => protocols.find((protocol) => takers.has(protocol)),
  });
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.on('secureConnection', (socket) => {
    socket.on('error', () => socket.destroy());
    const taker = takers.get(socket.alpnProtocol || '');
    const remoteKey = keyOf(socket);
    const decided = decisions.get(nameOf(socket));
    if (taker === undefined || remoteKey === undefined || decided === undefined) {
      socket.destroy();
      return;
    }
    decided();
    const host = unmapped(socket.remoteAddress ?? '');
    taker(streamOf(hold(socket), remoteKey, formatTlsAddress({ host, port: socket.remotePort ?? 0 })));
  });
  return port.take('tls', (socket, decided) => {
    const name = nameOf(socket);
    decisions.set(name, decided);
    hold(socket).once('close', () => decisions.delete(name));
    server.emit('connection', socket);
  });
}

/** Connects and shakes hands; the other end has proved the key of its certificate, which is not judged yet. */
function handshake(
  address: string,
  protocol: string,
  identity: TlsIdentity,
  signal: AbortSignalLike | undefined,
  withinMs: number,
  hold: <T extends TLSSocket | Socket>(socket: T) => T,
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
function troubleWith(
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

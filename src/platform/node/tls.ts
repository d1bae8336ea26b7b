/**
 * The transport between Node peers that reach each other directly: TLS 1.3 over TCP, one connection for each stream,
 * both ends pinned to their keys by certificates that these keys sign (spec/11-transports.md#tls). It carries bulk. No
 * certificate authority, no names, no tickets: what counts is the key that the handshake proves.
 */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { RemoteError, UsageError } from '../../core/errors.ts';
import type { Transport, TransportStream } from '../../core/transport.ts';
import { hostsOf, passageTo, watchOwnHosts } from './own-addresses.ts';
import type { SharedPort } from './port-share.ts';
import { formatTlsAddress, parseTlsAddress } from './tls-address.ts';
import { tlsIdentityOf } from './tls-certificate.ts';
import { handshake, troubleWith } from './tls-dial.ts';
import { serveTls } from './tls-serve.ts';
import { streamOver } from './tls-stream.ts';
import { HANDSHAKE_MS, type Hold, keyOf } from './tls-terms.ts';

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
  const sockets = new Set<Socket>();
  const listeners = new Set<() => void>();
  let isOpen = true;

  const holdTill: Hold = (socket) => {
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
  const stopTaking =
    options.port === undefined ? undefined : serveTls(options.port, identity, takers, holdTill, streamOf);
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
      const socket = await handshake(address, protocol, identity, signal, options.dialMs ?? HANDSHAKE_MS, holdTill);
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

function addressesOf({ port, announce }: TlsOptions): string[] {
  if (announce !== undefined) return [...announce];
  return port === undefined ? [] : hostsOf(port.host).map((host) => formatTlsAddress({ host, port: port.port }));
}

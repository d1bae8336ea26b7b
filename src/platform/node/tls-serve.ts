/** The listening end of the TLS transport, on a shared port. */
import type { Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import type { TransportStream } from '../../core/transport.ts';
import { unmapped } from './own-addresses.ts';
import type { SharedPort } from './port-share.ts';
import { formatTlsAddress } from './tls-address.ts';
import type { TlsIdentity } from './tls-certificate.ts';
import { HANDSHAKE_MS, type Hold, keyOf, termsOf } from './tls-terms.ts';

/** Takes the TLS connections of that port; who shows no proper certificate, or wants an unknown protocol, is dropped. */
export function serveTls(
  port: SharedPort,
  identity: TlsIdentity,
  takers: ReadonlyMap<string, (stream: TransportStream) => void>,
  hold: Hold,
  streamOf: (socket: TLSSocket, remoteKey: Uint8Array, address: string) => TransportStream,
): () => void {
  const decisions = new Map<string, () => void>();
  const nameOf = (socket: Socket | TLSSocket): string => `${socket.remoteAddress} ${socket.remotePort}`;
  const server = createServer({
    ...termsOf(identity),
    requestCert: true,
    handshakeTimeout: HANDSHAKE_MS,
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

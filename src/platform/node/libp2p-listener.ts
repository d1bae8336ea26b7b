/**
 * Lets libp2p take its connections from the shared port, plain TCP and WebSocket, instead of opening ports of its own:
 * a transport of libp2p that only listens. Both kinds hold back a sender that is not read, which libp2p's own WebSocket
 * does not.
 */
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  type ComponentLogger,
  type CreateListenerOptions,
  type Listener,
  type ListenerEvents,
  type Logger,
  NotStartedError,
  type Transport,
  TypedEventEmitter,
  transportSymbol,
  type Upgrader,
} from '@libp2p/interface';
import { ipPortToMultiaddr } from '@libp2p/utils';
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { tcpAddress } from '../web/libp2p-address.ts';
import { connectionOver } from './libp2p-connection.ts';
import { hostsOf } from './own-addresses.ts';
import type { SharedPort } from './port-share.ts';

/** What libp2p is told to listen at, so that it asks this transport. */
export const listenAddress = (port: SharedPort): string =>
  tcpAddress(port.host === '::' ? '0.0.0.0' : port.host, port.port);

export function sharedPortTransport(port: SharedPort): (components: { logger: ComponentLogger }) => Transport {
  return ({ logger }) => {
    const log = logger.forComponent('pipes:shared-port');
    return {
      [transportSymbol]: true,
      [Symbol.toStringTag]: 'pipes-shared-port',
      dial: () => Promise.reject(new NotStartedError('It only listens')),
      dialFilter: () => [],
      listenFilter: (addresses) => addresses.filter((address) => address.toString() === listenAddress(port)),
      createListener: ({ upgrader }: CreateListenerOptions) => new SharedListener(port, upgrader, log),
    };
  };
}

class SharedListener extends TypedEventEmitter<ListenerEvents> implements Listener {
  readonly #port: SharedPort;
  readonly #upgrader: Upgrader;
  readonly #log: Logger;
  readonly #over = new AbortController();
  #stops: (() => void)[] = [];

  constructor(port: SharedPort, upgrader: Upgrader, log: Logger) {
    super();
    this.#port = port;
    this.#upgrader = upgrader;
    this.#log = log;
  }

  async listen(): Promise<void> {
    const enter = (stream: Duplex, socket: Socket, decided: () => void, suffix: string): void => {
      const { remoteAddress, remotePort } = socket;
      if (remoteAddress === undefined || remotePort === undefined) {
        stream.destroy();
        return;
      }
      const remoteAddr = ipPortToMultiaddr(remoteAddress, remotePort).encapsulate(suffix);
      const connection = connectionOver(stream, { remoteAddr, direction: 'inbound', log: this.#log });
      this.#upgrader
        .upgradeInbound(connection, { signal: this.#over.signal })
        .then(decided, (error: Error) => connection.abort(error));
    };
    this.#stops = [
      this.#port.take('multistream', (socket, decided) => enter(socket, socket, decided, '/')),
      takeWebSockets(this.#port, (stream, socket, decided) => enter(stream, socket, decided, '/ws')),
    ];
    this.safeDispatchEvent('listening');
  }

  getAddrs(): Multiaddr[] {
    const plain = hostsOf(this.#port.host).map((host) => tcpAddress(host, this.#port.port));
    return [...plain, ...plain.map((address) => `${address}/ws`)].map((address) => multiaddr(address));
  }

  updateAnnounceAddrs(): void {}

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    this.#over.abort();
    this.safeDispatchEvent('close');
  }
}

/** HTTP connections that become WebSockets; any other request is told so and hung up on. */
function takeWebSockets(
  port: SharedPort,
  found: (stream: Duplex, socket: Socket, decided: () => void) => void,
): () => void {
  const decisions = new WeakMap<Duplex, () => void>();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST_MESSAGE, perMessageDeflate: false });
  const server = createServer({ maxHeaderSize: 8192 }, (_request, response) => {
    response.writeHead(426, { connection: 'close', upgrade: 'websocket' }).end('Only WebSocket is spoken here\n');
  });
  server.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const decided = decisions.get(socket);
      if (decided === undefined) webSocket.terminate();
      else found(createWebSocketStream(webSocket), request.socket, decided);
    });
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  return port.take('http', (socket, decided) => {
    decisions.set(socket, decided);
    server.emit('connection', socket);
  });
}

/** Noise sends at most 64 KiB at a time, several of them together at most. */
const LARGEST_MESSAGE = 16 * 1024 * 1024;

import { connect, createServer } from 'node:net';
import { createMemoryNetwork } from '../../src/platform/memory/transport.ts';
import { signerFromSeed } from '../../src/platform/node/crypto.ts';
import { createLibp2pTransport } from '../../src/platform/node/libp2p.ts';
import { openSharedPort, type SharedPort } from '../../src/platform/node/port-share.ts';
import { createTlsTransport } from '../../src/platform/node/tls.ts';
import { peerIdOf } from '../../src/platform/web/libp2p-address.ts';
import { transportContract } from './transport.ts';

const LOOPBACK = '127.0.0.1';

transportContract({
  name: 'memory',
  hasWire: false,
  async place() {
    const network = createMemoryNetwork();
    return {
      listening: async (seed) => network.transport(signerFromSeed(seed).key),
      nowhere: async () => 'memory:nobody',
      close: async () => {},
    };
  },
  windowBytes: 262_144 + 65_536,
  unreadable: ['', 'memory:', 'tls://localhost:1', 'nonsense'],
});

transportContract({
  name: 'TLS',
  hasWire: true,
  async place() {
    const ports: SharedPort[] = [];
    return {
      async listening(seed) {
        const port = await openSharedPort({ host: LOOPBACK, port: 0 });
        ports.push(port);
        return createTlsTransport({ seed, port });
      },
      nowhere: async () => `tls://${LOOPBACK}:${await freePort()}`,
      raw: (address, bytes) => rawConnection(Number(new URL(address).port), bytes),
      close: async () => {
        await Promise.all(ports.map((port) => port.close()));
      },
    };
  },
  windowBytes: 16 * 1024 * 1024,
  unreadable: [
    '',
    'tls://',
    'tls://host',
    'tls://host:0',
    'tls://host:65536',
    'tls://::1:1',
    'memory:a',
    'https://a:1',
  ],
});

for (const suffix of ['', '/ws'])
  transportContract({
    name: suffix === '' ? 'libp2p' : 'libp2p by WebSocket',
    hasWire: true,
    async place() {
      const ports: SharedPort[] = [];
      return {
        async listening(seed) {
          const port = await openSharedPort({ host: LOOPBACK, port: 0 });
          ports.push(port);
          return createLibp2pTransport({ seed, port, announce: [`/ip4/${LOOPBACK}/tcp/${port.port}${suffix}`] });
        },
        nowhere: async () => `/ip4/${LOOPBACK}/tcp/${await freePort()}${suffix}`,
        raw: (address, bytes) => rawConnection(Number(address.split('/')[4]), bytes),
        close: async () => {
          await Promise.all(ports.map((port) => port.close()));
        },
      };
    },
    windowBytes: 2 * 1024 * 1024,
    unreadable: [
      '',
      '/',
      '/ip4/127.0.0.1',
      '/ip4/127.0.0.1/tcp/0',
      '/ip4/1.2.3/tcp/1',
      '/ip4/127.0.0.1/udp/1/quic-v1',
      'tls://a:1',
    ],
  });

transportContract({
  name: 'libp2p through a relay',
  hasWire: false,
  async place() {
    const port = await openSharedPort({ host: LOOPBACK, port: 0 });
    const relay = createLibp2pTransport({ seed: new Uint8Array(32).fill(99), port, relay: true });
    const [address = ''] = relay.addresses();
    return {
      async listening(seed) {
        const transport = createLibp2pTransport({ seed, relays: [address] });
        await new Promise<void>((held) => {
          transport.onAddresses(() => {
            if (transport.addresses().length > 0) held();
          });
        });
        return transport;
      },
      nowhere: async () => `${address}/p2p-circuit/p2p/${peerIdOf(signerFromSeed(new Uint8Array(32).fill(98)).key)}`,
      async close() {
        await relay.close();
        await port.close();
      },
    };
  },
  windowBytes: 2 * 1024 * 1024,
  unreadable: ['', '/p2p-circuit', '/ip4/127.0.0.1/tcp/1/p2p-circuit', 'tls://a:1'],
});

/** A port on which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, LOOPBACK, done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Sends these bytes and no more; resolves when the other end has hung up, or its own end when nothing else was said. */
function rawConnection(port: number, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ host: LOOPBACK, port }, () => socket.end(bytes));
    socket.on('error', () => {});
    socket.on('close', () => resolve());
    socket.resume();
  });
}

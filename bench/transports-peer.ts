/** The other end of bench/transports.ts, in a process of its own: takes all that comes, and says when it has ended. */
import { createServer } from 'node:tls';
import type { Transport, TransportStream } from '../src/core/transport.ts';
import { createLibp2pTransport } from '../src/platform/node/libp2p.ts';
import { openSharedPort } from '../src/platform/node/port-share.ts';
import { createTlsTransport } from '../src/platform/node/tls.ts';
import { tlsIdentityOf } from '../src/platform/node/tls-certificate.ts';
import { PROTOCOL, seedOf, TERMS } from './transports.ts';

const host = '127.0.0.1';

async function serve(): Promise<void> {
  const relayPort = await openSharedPort({ host, port: 0 });
  const relay = createLibp2pTransport({ seed: seedOf(2), port: relayPort, relay: true });
  const port = await openSharedPort({ host, port: 0 });
  const tls = createTlsTransport({ seed: seedOf(1), port });
  const libp2p = createLibp2pTransport({ seed: seedOf(1), port, relays: relay.addresses().slice(0, 1) });
  for (const transport of [tls, libp2p]) transport.accept(PROTOCOL, take);
  await libp2p.start();
  await told(libp2p, (address) => address.includes('/p2p-circuit/'));
  const find = (holds: (address: string) => boolean) => libp2p.addresses().find(holds);
  process.send?.({
    raw: await bareTls(),
    tls: tls.addresses()[0],
    tcp: find((address) => !address.includes('/ws/')),
    webSocket: find((address) => address.includes('/ws/')),
    relayed: find((address) => address.includes('/p2p-circuit/')),
  });
}

async function take(stream: TransportStream): Promise<void> {
  while ((await stream.receive()) !== undefined);
  await stream.close();
}

function told(transport: Transport, holds: (address: string) => boolean): Promise<void> {
  return new Promise((done) => {
    const look = () => {
      if (transport.addresses().some(holds)) done();
    };
    transport.onAddresses(look);
    look();
  });
}

/** What node:tls does by itself: the limit of the same run. */
function bareTls(): Promise<number> {
  const server = createServer({ ...tlsIdentityOf(seedOf(1)).pem, ...TERMS }, (socket) => {
    socket.on('error', () => {});
    socket.resume();
    socket.on('end', () => socket.end());
  });
  return new Promise((listening) => {
    server.listen(0, host, () => {
      const address = server.address();
      listening(typeof address === 'object' ? (address?.port ?? 0) : 0);
    });
  });
}

if (process.send !== undefined) await serve();

/** Everything that peers speak on one port at once, and connections that come and go. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Transport, TransportStream } from '../../core/transport.ts';
import { createLibp2pTransport } from './libp2p.ts';
import { openSharedPort, PORT_LIMITS, type SharedPort } from './port-share.ts';
import { createTlsTransport } from './tls.ts';

const host = '127.0.0.1';
const PROTOCOL = '/test/1';
const onlyLinux = process.platform === 'linux' ? false : 'elsewhere loopback has one address';
const seed = (n: number) => new Uint8Array(32).fill(n);

describe('one port for all', { timeout: 120_000 }, () => {
  let port: SharedPort;
  let servers: Transport[];
  let clients: Transport[];
  let addresses: string[];
  beforeEach(async () => {
    // One more than a round needs: a connection that was not counted out would fill it up.
    port = await openSharedPort({ host, port: 0, limits: { connections: 4 } });
    servers = [createTlsTransport({ seed: seed(1), port }), createLibp2pTransport({ seed: seed(1), port })];
    clients = [createTlsTransport({ seed: seed(2) }), createLibp2pTransport({ seed: seed(2) })];
    addresses = servers.flatMap((server) => server.addresses());
    for (const server of servers) server.accept(PROTOCOL, (stream) => void echo(stream).catch(() => {}));
  });
  afterEach(async () => {
    await Promise.all([...clients, ...servers].map((transport) => transport.close()));
    await port.close();
  });

  async function echo(stream: TransportStream): Promise<void> {
    for (let piece = await stream.receive(); piece !== undefined; piece = await stream.receive())
      await stream.send(piece);
    await stream.close();
  }
  const dial = (address: string, all = clients): Promise<TransportStream> => {
    const transport = all.find((each) => each.dials(address));
    assert.ok(transport, address);
    return transport.dial(address, { protocol: PROTOCOL });
  };
  const told = async (stream: TransportStream): Promise<number> => {
    await stream.send(Uint8Array.of(7));
    await stream.close();
    let count = 0;
    for (let piece = await stream.receive(); piece !== undefined; piece = await stream.receive()) count += piece.length;
    return count;
  };

  it('serves TLS, libp2p and libp2p by WebSocket at the same time', async () => {
    assert.equal(addresses.length, 3);
    const streams = await Promise.all(addresses.map((address) => dial(address)));
    assert.deepEqual(await Promise.all(streams.map(told)), [1, 1, 1]);
    assert.equal(port.undecided, 0);
  });

  it('counts out every connection that has gone, however it went', async () => {
    for (let round = 0; round < 6; round++) {
      const fresh = [createTlsTransport({ seed: seed(10 + round) }), createLibp2pTransport({ seed: seed(10 + round) })];
      for (const address of addresses) {
        const stream = await patiently(() => dial(address, fresh));
        if (round % 2 === 0) assert.equal(await told(stream), 1);
        else stream.abort();
      }
      await Promise.all(fresh.map((transport) => transport.close()));
    }
    assert.equal(port.undecided, 0);
  });

  it('serves on while strangers of many addresses hold all places and say nothing', { skip: onlyLinux }, async () => {
    const besieged = await openSharedPort({ host, port: 0 });
    const tls = createTlsTransport({ seed: seed(3), port: besieged });
    tls.accept(PROTOCOL, (stream) => void echo(stream).catch(() => {}));
    const strangers = Array.from({ length: 1000 }, (_, n) =>
      connect({ host, port: besieged.port, localAddress: `127.0.0.${2 + (n % 20)}` }),
    );
    for (const stranger of strangers) stranger.on('error', () => {}).resume();
    const gone = () => strangers.filter((stranger) => stranger.closed).length;
    while (gone() < 1000 - PORT_LIMITS.undecided) await new Promise((turn) => setTimeout(turn, 5));
    assert.equal(besieged.undecided, PORT_LIMITS.undecided);
    for (let i = 0; i < 3; i++) assert.equal(await told(await dial(tls.addresses()[0] ?? '')), 1);
    assert.ok(besieged.undecided <= PORT_LIMITS.undecided);
    for (const stranger of strangers) stranger.destroy();
    await tls.close();
    await besieged.close();
  });
});

/** Tries again while the other end has not yet noticed that somebody has left. */
async function patiently<T>(task: () => Promise<T>): Promise<T> {
  for (let left = 500; ; left--) {
    try {
      return await task();
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((turn) => setTimeout(turn, 20));
    }
  }
}

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { toHex } from '../../core/bytes.ts';
import { RemoteError, UsageError, VerificationError } from '../../core/errors.ts';
import type { Transport, TransportStream } from '../../core/transport.ts';
import { createLibp2pTransport, type Libp2pOptions, type Libp2pTransport } from './libp2p.ts';
import { openSharedPort, type SharedPort } from './port-share.ts';

const host = '127.0.0.1';
const PROTOCOL = '/test/1';

describe('the transport over libp2p', { timeout: 120_000 }, () => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0).reverse()) await each.close();
  });

  async function peer(
    n: number,
    options: Partial<Libp2pOptions> & { listens?: boolean; at?: number } = {},
  ): Promise<Libp2pTransport & { port: SharedPort | undefined }> {
    const { listens = true, at = 0, ...rest } = options;
    const port = listens ? await openSharedPort({ host, port: at }) : undefined;
    const transport = createLibp2pTransport({ seed: new Uint8Array(32).fill(n), ...(port && { port }), ...rest });
    const close = transport.close.bind(transport);
    const all = Object.assign(transport, {
      port,
      close: async () => {
        await close();
        await port?.close();
      },
    });
    open.push(all);
    return all;
  }
  const taken = (transport: Transport): Promise<TransportStream> =>
    new Promise((resolve) => {
      transport.accept(PROTOCOL, resolve);
    });
  /** Resolves once the transport tells an address that holds. */
  const told = (transport: Transport, holds: (address: string) => boolean): Promise<string> =>
    new Promise((resolve) => {
      const look = () => {
        const found = transport.addresses().find(holds);
        if (found !== undefined) resolve(found);
      };
      transport.onAddresses(look);
      look();
    });
  const isRelayed = (address: string) => address.includes('/p2p-circuit/');

  it('loads libp2p when it is first needed, not before', async () => {
    const [here, there] = [await peer(1), await peer(2)];
    there.accept(PROTOCOL, () => {});
    assert.ok(there.addresses().every((address) => here.dials(address)));
    assert.deepEqual([here.isRunning, there.isRunning], [false, false]);
    await here.dial(there.addresses()[0] ?? '', { protocol: PROTOCOL });
    assert.deepEqual([here.isRunning, there.isRunning], [true, true]);
  });

  it('is not even read from disk by who only imports it', () => {
    const code = `
      import { registerHooks } from 'node:module';
      const seen = [];
      registerHooks({ resolve: (name, context, next) => (seen.push(name), next(name, context)) });
      const { createLibp2pTransport } = await import(${JSON.stringify(new URL('./libp2p.ts', import.meta.url).href)});
      const transport = createLibp2pTransport({ seed: new Uint8Array(32) });
      console.log(transport.addresses().length, seen.filter((name) => /libp2p\\/|^libp2p$|^ws$|multiaddr/.test(name)).join());`;
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
    assert.equal(run.stdout.trim(), '0', run.stderr);
  });

  it('asks nobody outside: no STUN servers but those that are named', async () => {
    const { startNode } = await import('./libp2p-node.ts');
    for (const stun of [[], ['stun:127.0.0.1:4102']]) {
      const node = await startNode({ seed: new Uint8Array(32).fill(5), webrtc: { stun } });
      const transports = node.components.transportManager.getTransports() as unknown as {
        init?: { rtcConfiguration?: { iceServers?: { urls: string }[] } };
      }[];
      const named = transports.flatMap(({ init }) => init?.rtcConfiguration?.iceServers ?? []).map(({ urls }) => urls);
      const asks = transports.filter(({ init }) => init?.rtcConfiguration !== undefined);
      assert.ok(asks.length > 0, 'no transport shows its STUN servers any more');
      assert.ok(asks.every(({ init }) => Array.isArray(init?.rtcConfiguration?.iceServers)));
      assert.deepEqual([...new Set(named)], stun);
      await node.stop();
    }
  });

  it('loads no native code and dials no WebRTC unless that is asked for', async () => {
    const here = await peer(1, { listens: false });
    const certhash = 'uEiAIWpiOUnzGvD3fRwJPCG2fKyBfaOzCdS1X4pR0Y5tDjQ';
    const address = `/ip4/127.0.0.1/udp/4101/webrtc-direct/certhash/${certhash}`;
    assert.equal(here.dials(address), false);
    await assert.rejects(here.dial(address, { protocol: PROTOCOL }), UsageError);
    const file = new URL('./libp2p-node.ts', import.meta.url).href;
    const code = `
      const { startNode } = await import(${JSON.stringify(file)});
      const count = async (options) => {
        const node = await startNode({ seed: new Uint8Array(32), ...options });
        await node.stop();
        return process.report.getReport().sharedObjects.filter((name) => name.includes('datachannel')).length;
      };
      console.log(await count({}), await count({ webrtc: { stun: [] } }));
      process.exit(0);`;
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
    assert.equal(run.stdout.trim(), '0 1', run.stderr);
  });

  it('takes more newcomers from one address in a second than libp2p would', async () => {
    const there = await peer(1);
    there.accept(PROTOCOL, () => {});
    const others = await Promise.all(Array.from({ length: 16 }, (_, n) => peer(10 + n, { listens: false })));
    await Promise.all(others.map((other) => other.dial(there.addresses()[0] ?? '', { protocol: PROTOCOL })));
  });

  it('opens more streams at once on a fresh connection than libp2p would', async () => {
    const [here, there] = [await peer(1), await peer(2)];
    there.accept(PROTOCOL, () => {});
    const address = there.addresses()[0] ?? '';
    await Promise.all(Array.from({ length: 100 }, () => here.dial(address, { protocol: PROTOCOL })));
  });

  it('tells what it was given to announce, each with its key', async () => {
    const { addresses } = await peer(1, { announce: ['/dns4/relay.example.org/tcp/4101'] });
    assert.equal(addresses().length, 1);
    assert.match(addresses()[0] ?? '', /^\/dns4\/relay\.example\.org\/tcp\/4101\/p2p\/12D3KooW/);
  });

  it('refuses an address that names another key than it is to find, without dialling', async () => {
    const [here, there] = [await peer(1), await peer(2)];
    const dialled = here.dial(there.addresses()[0] ?? '', { protocol: PROTOCOL, key: here.key });
    await assert.rejects(dialled, VerificationError);
    assert.equal(here.isRunning, false);
  });

  it('keeps a connection beyond the time that dialling may take', async () => {
    const [here, there] = [await peer(1, { dialMs: 1500 }), await peer(2)];
    const arrived = taken(there);
    const stream = await here.dial(there.addresses()[0] ?? '', { protocol: PROTOCOL });
    const other = await arrived;
    for (const started = performance.now(); performance.now() - started < 1700; ) {
      await stream.send(Uint8Array.of(1));
      assert.ok(await other.receive());
      await new Promise((turn) => setTimeout(turn, 20));
    }
  });

  it('waits for the drain event each time that libp2p is full', async () => {
    const [here, there] = [await peer(1), await peer(2)];
    const arrived = taken(there);
    const stream = await here.dial(there.addresses()[0] ?? '', { protocol: PROTOCOL });
    const other = await arrived;
    const piece = new Uint8Array(1_000_000).fill(7);
    // Several times what all buffers hold: were there no waiting, or waiting without end, this would not come out.
    const sending = (async () => {
      for (let i = 0; i < 40; i++) await stream.send(piece);
      await stream.close();
    })();
    let count = 0;
    for (let got = await other.receive(); got !== undefined; got = await other.receive()) count += got.length;
    await sending;
    assert.equal(count, 40_000_000);
  });

  it('takes no more than the first credit on a stream that nobody reads, and a bounded number of them', async () => {
    const [here, there] = [await peer(1), await peer(2)];
    let held = 0;
    there.accept(PROTOCOL, () => {
      held += 1;
    });
    const address = there.addresses()[0] ?? '';
    const streams: TransportStream[] = [];
    const sent: number[] = [];
    for (let n = 0; n < 20; n++) {
      const stream = await here.dial(address, { protocol: PROTOCOL });
      streams.push(stream);
      sent.push(0);
      const flood = async () => {
        for (;;) {
          await stream.send(new Uint8Array(16_384));
          sent[n] = (sent[n] ?? 0) + 16_384;
        }
      };
      flood().catch(() => {});
    }
    const total = () => sent.reduce((sum, each) => sum + each, 0);
    for (let before = -1, still = 0; still < 300; still = total() === before ? still + 1 : 0) {
      before = total();
      await new Promise((turn) => setImmediate(turn));
    }
    assert.deepEqual(sent, new Array(20).fill(262_144));
    await Promise.allSettled(Array.from({ length: 300 }, () => here.dial(address, { protocol: PROTOCOL })));
    assert.ok(held > 200 && held <= 256, `${held} streams`);
    for (const stream of streams) stream.abort();
  });

  describe('through relays', () => {
    const relayOf = async (n: number, options: Partial<Libp2pOptions> = {}) => {
      const relay = await peer(n, { relay: true, ...options });
      return { relay, address: relay.addresses()[0] ?? '' };
    };

    it('reaches a peer that listens nowhere, and knows through whom', async () => {
      const { relay, address } = await relayOf(1);
      const hidden = await peer(2, { listens: false, relays: [address] });
      const here = await peer(3, { listens: false });
      const arrived = taken(hidden);
      const found = await told(hidden, isRelayed);
      assert.equal(here.dials(found), true);
      const stream = await here.dial(found, { protocol: PROTOCOL, key: hidden.key });
      const other = await arrived;
      for (const end of [stream, other]) {
        assert.equal(end.passage, 'relayed');
        assert.equal(end.relay, toHex(relay.key));
      }
      assert.deepEqual(
        [stream.remoteKey, other.remoteKey].map((key) => toHex(key)),
        [hidden.key, here.key].map((key) => toHex(key)),
      );
      await stream.send(Uint8Array.of(1, 2, 3));
      assert.deepEqual([...((await other.receive()) ?? [])], [1, 2, 3]);
    });

    it('carries more than libp2p’s 128 KiB, holding back a sender that is not read', async () => {
      const { address } = await relayOf(1);
      const hidden = await peer(2, { listens: false, relays: [address] });
      const here = await peer(3, { listens: false });
      const arrived = taken(hidden);
      const stream = await here.dial(await told(hidden, isRelayed), { protocol: PROTOCOL });
      const other = await arrived;
      let sent = 0;
      const sending = (async () => {
        for (; sent < 80; sent++) await stream.send(new Uint8Array(65_536).fill(sent));
        await stream.close();
      })();
      for (let before = -1, still = 0; still < 200; still = sent === before ? still + 1 : 0) {
        before = sent;
        await new Promise((turn) => setImmediate(turn));
      }
      assert.ok(sent * 65_536 <= 2 * 1024 * 1024, `${sent} pieces left while nobody asked`);
      let count = 0;
      for (let got = await other.receive(); got !== undefined; got = await other.receive()) count += got.length;
      await sending;
      assert.equal(count, 80 * 65_536);
    });

    it('ends a connection through a relay at the limit that the relay sets', async () => {
      const limits = { reservations: 2, dataBytes: 100_000, durationMs: 60_000, streams: 8 };
      const { address } = await relayOf(1, { relay: limits });
      const hidden = await peer(2, { listens: false, relays: [address] });
      const here = await peer(3, { listens: false });
      const arrived = taken(hidden);
      const stream = await here.dial(await told(hidden, isRelayed), { protocol: PROTOCOL });
      const other = await arrived;
      const sending = stream.send(new Uint8Array(200_000));
      await assert.rejects(
        (async () => {
          while ((await other.receive()) !== undefined);
        })(),
        RemoteError,
      );
      await sending.catch(() => {});
    });

    it('keeps places at two relays at once, and starts without waiting for them', async () => {
      const relays = [await relayOf(1), await relayOf(2)];
      const hidden = await peer(3, { listens: false, relays: relays.map(({ address }) => address) });
      await hidden.start();
      await told(hidden, (address) => isRelayed(address) && address.startsWith(relays[0]?.address ?? '-'));
      await told(hidden, (address) => isRelayed(address) && address.startsWith(relays[1]?.address ?? '-'));
      const here = await peer(4, { listens: false });
      const ways: (string | undefined)[] = [];
      hidden.accept(PROTOCOL, () => {});
      for (const address of hidden.addresses().filter(isRelayed))
        ways.push((await here.dial(address, { protocol: PROTOCOL })).relay);
      assert.deepEqual(
        ways,
        relays.map(({ relay }) => toHex(relay.key)),
        'each goes by the relay that was named',
      );
    });

    it('comes back to a relay that was away at first, and to one that went away', async () => {
      const first = await openSharedPort({ host, port: 0 });
      const at = first.port;
      await first.close();
      const id = createLibp2pTransport({ seed: new Uint8Array(32).fill(1), announce: [`/ip4/${host}/tcp/${at}`] });
      const address = id.addresses()[0] ?? '';
      const hidden = await peer(2, { listens: false, relays: [address] });
      await hidden.start();
      assert.deepEqual(hidden.addresses(), []);
      const relay = await peer(1, { relay: true, at });
      await told(hidden, isRelayed);
      const gone = new Promise<void>((resolve) => {
        hidden.onAddresses(() => {
          if (!hidden.addresses().some(isRelayed)) resolve();
        });
      });
      await relay.close();
      await gone;
      await peer(1, { relay: true, at });
      await told(hidden, isRelayed);
    });

    it('forwards for nobody unless it is told to', async () => {
      const no = await peer(1);
      const { address } = await relayOf(2);
      const hidden = await peer(3, { listens: false, relays: [no.addresses()[0] ?? '', address] });
      await told(hidden, isRelayed);
      assert.deepEqual(
        hidden.addresses().map((each) => each.startsWith(address)),
        [true],
      );
    });
  });

  it('hangs up on who asks its WebSocket door for a page', async () => {
    const there = await peer(1);
    await there.start();
    const socket: Socket = connect({ host, port: there.port?.port ?? 0 });
    socket.write('GET / HTTP/1.1\r\nHost: there\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1\.1 426 /);
    await once(socket, 'close');
  });

  it('takes no address of other networks, and no dial once it is closed', async () => {
    const here = await peer(1, { listens: false });
    await assert.rejects(here.dial('/ip4/127.0.0.1/udp/1/quic-v1', { protocol: PROTOCOL }), UsageError);
    await here.close();
    await assert.rejects(here.dial('/ip4/127.0.0.1/tcp/1', { protocol: PROTOCOL }), UsageError);
    assert.deepEqual(here.addresses(), []);
  });
});

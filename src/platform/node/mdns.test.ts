import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { encode } from 'dns-packet';
import fc from 'fast-check';
import { toHex } from '../../core/bytes.ts';
import { peerIdOf } from '../web/libp2p-address.ts';
import { type FoundPeer, startDiscovery } from './mdns.ts';
import { announcement, question, readMdns } from './mdns-message.ts';
import { type MulticastSocket, openMulticast } from './mdns-socket.ts';

const keyOf = (n: number) => new Uint8Array(32).fill(n);
const peerIdOf2 = peerIdOf(keyOf(2));

/** A network on which everybody hears everybody, and time that passes when the test says so. */
function room() {
  const ears: ((bytes: Uint8Array, from: string) => void)[] = [];
  const tasks: { at: number; task: () => void }[] = [];
  const sent: { bytes: Uint8Array; from: string }[] = [];
  let now = 1_000_000;
  const socketOf = (from: string): MulticastSocket => ({
    send(bytes) {
      sent.push({ bytes, from });
      for (const ear of [...ears]) ear(bytes, from);
    },
    onMessage: (listener) => ears.push(listener),
    close: async () => {},
  });
  const clock = {
    now: () => now,
    after(ms: number, task: () => void) {
      const entry = { at: now + ms, task };
      tasks.push(entry);
      return () => void (tasks.includes(entry) && tasks.splice(tasks.indexOf(entry), 1));
    },
  };
  return {
    sent,
    socketOf,
    /** Lets that much time pass, task by task. */
    pass(ms: number) {
      const until = now + ms;
      for (;;) {
        const [next] = tasks.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        tasks.splice(tasks.indexOf(next), 1);
        now = Math.max(now, next.at);
        next.task();
      }
      now = until;
    },
    async peer(n: number, from: string) {
      const found: FoundPeer[] = [];
      const discovery = await startDiscovery({
        ...{ key: keyOf(n), port: 4100 + n, found: (peer) => found.push(peer), socket: socketOf(from) },
        ...{ clock, random: (length: number) => new Uint8Array(length) },
      });
      return { found, discovery };
    },
    announcements: () => sent.filter(({ bytes }) => readMdns(bytes)?.kind === 'announcement').length,
  };
}

describe('discovery on the local network', () => {
  it('lets peers find each other, whoever came first, and not themselves', async () => {
    const network = room();
    const first = await network.peer(1, '192.168.1.11');
    network.pass(10_000);
    const second = await network.peer(2, '192.168.1.12');
    network.pass(500);
    assert.deepEqual(first.found, [
      {
        key: keyOf(2),
        addresses: ['tls://192.168.1.12:4102', `/ip4/192.168.1.12/tcp/4102/p2p/${peerIdOf2}`],
      },
    ]);
    assert.deepEqual(
      second.found.map(({ key }) => toHex(key)),
      [toHex(keyOf(1))],
    );
  });

  it('answers once, however often it is asked within a second', async () => {
    const network = room();
    await network.peer(1, '192.168.1.11');
    network.pass(10_000);
    const before = network.announcements();
    const stranger = network.socketOf('192.168.1.66');
    for (let i = 0; i < 1000; i++) stranger.send(question());
    network.pass(900);
    assert.equal(network.announcements() - before, 1);
    for (let i = 0; i < 1000; i++) stranger.send(question());
    network.pass(2000);
    assert.equal(network.announcements() - before, 2);
  });

  it('tells of a peer again when its address changes, or after a minute, and keeps no more than it may', async () => {
    const network = room();
    const { found } = await network.peer(1, '192.168.1.11');
    const say = (n: number, from: string) => network.socketOf(from).send(announcement({ key: keyOf(n), port: 1 }));
    for (const from of ['192.168.1.12', '192.168.1.12', '192.168.1.13']) say(2, from);
    assert.equal(found.length, 2);
    network.pass(61_000);
    say(2, '192.168.1.12');
    assert.equal(found.length, 3);
  });

  it('hears nobody from beyond the local network', async () => {
    const network = room();
    const { found } = await network.peer(1, '192.168.1.11');
    network.socketOf('203.0.113.7').send(announcement({ key: keyOf(2), port: 1 }));
    assert.equal(found.length, 0);
  });

  it('says when it goes, and is silent then', async () => {
    const network = room();
    const { discovery } = await network.peer(1, '192.168.1.11');
    await discovery.close();
    const before = network.sent.length;
    assert.equal(before, 1);
    assert.equal(readMdns(network.sent.at(-1)?.bytes ?? new Uint8Array(0)), undefined, 'its last word holds no peer');
    network.pass(1_000_000);
    assert.equal(network.sent.length, before);
  });

  it('reads announcements strictly, and never throws', () => {
    const name = `${toHex(keyOf(3)).slice(0, 32)}._pipes._tcp.local`;
    const made = (key: string, texts: string[], port: number, ttl = 120) =>
      readMdns(
        encode({
          type: 'response',
          answers: [
            { name, type: 'TXT', ttl, data: texts.concat(`key=${key}`) },
            { name, type: 'SRV', ttl, data: { port, target: 'a.local' } },
          ],
        }),
      );
    const whole = toHex(keyOf(3));
    assert.deepEqual(made(whole, ['v=1'], 7), { kind: 'announcement', peers: [{ key: keyOf(3), port: 7 }] });
    assert.equal(made(whole, ['v=2'], 7), undefined);
    assert.equal(made(whole, ['v=1'], 0), undefined);
    assert.equal(made(whole, ['v=1'], 7, 0), undefined);
    assert.equal(made(whole.toUpperCase().replace('0', 'G'), ['v=1'], 7), undefined);
    assert.equal(made(toHex(keyOf(4)), ['v=1'], 7), undefined, 'the name is another key’s');
    assert.equal(readMdns(encode({ type: 'query', questions: [{ name: '_ipp._tcp.local', type: 'PTR' }] })), undefined);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(200), (noise, at) => {
        readMdns(noise);
        const damaged = Buffer.from(announcement({ key: keyOf(3), port: 7 }));
        damaged.set(noise.subarray(0, damaged.length - Math.min(at, damaged.length)), Math.min(at, damaged.length));
        readMdns(damaged);
      }),
    );
  });

  it('goes over real sockets, here on loopback', { timeout: 20_000 }, async () => {
    const probe = createSocket('udp4');
    probe.bind(0);
    await once(probe, 'listening');
    const { port } = probe.address();
    probe.close();
    const hosts = () => ['127.0.0.1'];
    const [one, two] = [await openMulticast({ port, hosts }), await openMulticast({ port, hosts })];
    const heard = new Promise<FoundPeer>((resolve) => {
      startDiscovery({ key: keyOf(1), port: 1001, found: resolve, socket: one });
    });
    const other = await startDiscovery({ key: keyOf(2), port: 1002, found: () => {}, socket: two });
    assert.equal((await heard).addresses[0], 'tls://127.0.0.1:1002');
    await other.close();
    await one.close();
  });
});

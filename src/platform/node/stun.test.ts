import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { RemoteError, UsageError } from '../../core/errors.ts';
import { askStun, type StunServer, startStunServer } from './stun.ts';
import { bindingFailure, bindingRequest, bindingSuccess, readAnswer, readRequest } from './stun-message.ts';

const host = '127.0.0.1';
const transaction = Uint8Array.from(Buffer.from('b7e7a701bc34d686fa87dfae', 'hex'));

describe('messages of STUN', () => {
  it('hold addresses as the examples of RFC 5769 do', () => {
    const seen = readAnswer(
      Buffer.from('0101000c2112a442b7e7a701bc34d686fa87dfae' + '002000080001a147e112a643', 'hex'),
      transaction,
    );
    assert.deepEqual(seen, { kind: 'seen', as: { host: '192.0.2.1', port: 32_853 } });
    const made = bindingSuccess(transaction, { host: '192.0.2.1', port: 32_853 }).toString('hex');
    assert.equal(made, '0101000c2112a442b7e7a701bc34d686fa87dfae' + '002000080001a147e112a643');
    const six = bindingSuccess(transaction, { host: '2001:db8:1234:5678:11:2233:4455:6677', port: 32_853 });
    assert.equal(six.subarray(20).toString('hex'), '002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9');
  });

  it('bring any address and port back', () => {
    const where = fc.record({ host: fc.oneof(fc.ipV4(), fc.ipV6()), port: fc.integer({ min: 1, max: 65_535 }) });
    const id = fc.uint8Array({ minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(where, id, ({ host, port }, id) => {
        const answer = readAnswer(bindingSuccess(id, { host, port }), id);
        const canonical = host.includes(':') ? new URL(`http://[${host}]`).hostname.slice(1, -1) : host;
        assert.deepEqual(answer, { kind: 'seen', as: { host: canonical, port } });
      }),
    );
  });

  it('are nothing where anything is wrong with them', () => {
    const good = bindingRequest(transaction);
    assert.deepEqual(readRequest(good), { transaction, unknown: [] });
    const changed = (at: number, to: number) => Buffer.from(good).fill(to, at, at + 1);
    for (const wrong of [
      ...Array.from({ length: good.length }, (_, n) => good.subarray(0, n)),
      changed(0, 0x41),
      changed(0, 0x01),
      changed(1, 0x11),
      changed(3, 4),
      changed(4, 0),
      Buffer.concat([good, Buffer.of(0)]),
      Buffer.concat([changed(3, 4), Buffer.of(0x80, 0x22, 0, 1)]),
      Buffer.concat([changed(3, 5), Buffer.of(0x80, 0x22, 0, 1, 7)]),
      Buffer.concat([changed(2, 2), Buffer.alloc(0x200)]),
    ])
      assert.equal(readRequest(wrong), undefined, wrong.toString('hex'));
    assert.equal(readAnswer(good, transaction), undefined);
    assert.equal(readAnswer(bindingSuccess(transaction, { host, port: 1 }), new Uint8Array(12)), undefined);
  });

  it('may hold what can be passed over, and are refused with 420 where they demand what nobody knows', () => {
    const withAttribute = (type: number) => {
      const request = Buffer.concat([bindingRequest(transaction), Buffer.of(type >> 8, type & 0xff, 0, 1, 7, 0, 0, 0)]);
      request[3] = 8;
      return readRequest(request);
    };
    assert.deepEqual(withAttribute(0x8022)?.unknown, []);
    assert.deepEqual(withAttribute(0x0006)?.unknown, [6]);
    assert.deepEqual(readAnswer(bindingFailure(transaction, [6]), transaction), { kind: 'refused', code: 420 });
  });

  it('never throw, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), (noise) => {
        readRequest(noise);
        readAnswer(noise, transaction);
        const framed = Buffer.concat([bindingRequest(transaction), noise]);
        framed.writeUInt16BE(noise.length, 2);
        readRequest(framed);
        framed[0] = 1;
        readAnswer(framed, transaction);
      }),
    );
  });
});

describe('a STUN server of our own', { timeout: 30_000 }, () => {
  let server: StunServer | undefined;
  const sockets: Socket[] = [];
  afterEach(async () => {
    await server?.close();
    server = undefined;
    for (const socket of sockets.splice(0)) socket.close();
  });
  async function bound(): Promise<Socket> {
    const socket = createSocket('udp4');
    sockets.push(socket);
    socket.bind(0, host);
    await once(socket, 'listening');
    return socket;
  }

  it('tells who asks how it is seen', async () => {
    server = await startStunServer({ host, port: 0 });
    const socket = await bound();
    assert.deepEqual(await askStun(server, { socket }), { host, port: socket.address().port });
    const other = await askStun(server);
    assert.equal(other.host, host);
    assert.notEqual(other.port, socket.address().port);
  });

  it('tells IPv4 as IPv4 where it listens on everything', async () => {
    server = await startStunServer({ port: 0 });
    assert.equal((await askStun({ host, port: server.port })).host, host);
  });

  it('says nothing to noise, and goes on', async () => {
    server = await startStunServer({ host, port: 0 });
    const socket = await bound();
    const answers: Buffer[] = [];
    socket.on('message', (bytes) => answers.push(bytes));
    for (const noise of [Buffer.alloc(0), Buffer.alloc(20), Buffer.alloc(600), Buffer.from('GET / HTTP/1.1')])
      socket.send(noise, server.port, host);
    await askStun(server, { socket });
    assert.equal(answers.length, 1);
  });

  it('answers no more often than it may', async () => {
    server = await startStunServer({ host, port: 0, answersPerSecond: 3, now: () => 5000 });
    for (let i = 0; i < 3; i++) await askStun(server);
    await assert.rejects(askStun(server, { attempts: 2, firstWaitMs: 5 }), RemoteError);
  });

  it('is missed with what may help, and given up when the signal fires', async () => {
    const silent = await bound();
    const at = { host, port: silent.address().port };
    await assert.rejects(askStun(at, { attempts: 2, firstWaitMs: 5 }), /no answer; does a firewall stand between\?/);
    await assert.rejects(askStun(at, { signal: AbortSignal.abort() }), RemoteError);
    const during = new AbortController();
    const asked = askStun(at, { signal: during.signal });
    during.abort();
    await assert.rejects(asked, RemoteError);
  });

  it('is asked again where a datagram was lost, and believed only for the transaction', async () => {
    const lossy = await bound();
    let count = 0;
    lossy.on('message', (bytes, from) => {
      count += 1;
      const request = readRequest(bytes);
      assert.ok(request);
      const wrong = bindingSuccess(new Uint8Array(12), { host: '203.0.113.66', port: 66 });
      const right = bindingSuccess(request.transaction, { host: '203.0.113.7', port: 7 });
      lossy.send(count === 1 ? wrong : right, from.port, from.address);
    });
    const seen = await askStun({ host, port: lossy.address().port }, { firstWaitMs: 10 });
    assert.deepEqual(seen, { host: '203.0.113.7', port: 7 });
  });

  it('says so where its port is taken', async () => {
    server = await startStunServer({ host, port: 0 });
    await assert.rejects(startStunServer({ host, port: server.port }), UsageError);
  });
});

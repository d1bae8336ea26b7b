import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type ConnectionOptions, connect, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { RemoteError, VerificationError } from '../../core/errors.ts';
import type { Transport, TransportStream } from '../../core/transport.ts';
import { openSharedPort, type SharedPort } from './port-share.ts';
import { createTlsTransport } from './tls.ts';
import { tlsIdentityOf } from './tls-certificate.ts';

const host = '127.0.0.1';
const PROTOCOL = '/test/1';
const [mine, yours] = [1, 2].map((n) => new Uint8Array(32).fill(n)) as [Uint8Array, Uint8Array];

/** A stranger's certificate: Ed25519 and self-signed, but not of our form. */
function strangersCertificate(): { key: string; cert: string } {
  const { privateKey } = generateKeyPairSync('ed25519');
  const der = Buffer.from(tlsIdentityOf(mine).certificate);
  const at = der.indexOf(Buffer.from('pipes/tls/1'));
  der.write('other/tls/1', at);
  der.write('other/tls/1', der.indexOf(Buffer.from('pipes/tls/1')));
  const spki = Buffer.from(privateKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  spki.copy(der, der.indexOf(tlsIdentityOf(mine).key));
  const start = der[1] === 0x82 ? 4 : 3;
  sign(null, der.subarray(start, der.length - 64 - 3 - 7), privateKey).copy(der, der.length - 64);
  const cert = `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
  return { key: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string, cert };
}

describe('the TLS transport', { timeout: 30_000 }, () => {
  let port: SharedPort;
  let there: Transport;
  let taken: TransportStream[];
  beforeEach(async () => {
    port = await openSharedPort({ host, port: 0 });
    there = createTlsTransport({ seed: yours, port });
    taken = [];
    there.accept(PROTOCOL, (stream) => taken.push(stream));
  });
  afterEach(async () => {
    await there.close();
    await port.close();
  });

  /** What becomes of a client of OpenSSL’s own with these options: it is hung up on. */
  async function attempt(options: ConnectionOptions): Promise<void> {
    const socket = connect({ host, port: port.port, rejectUnauthorized: false, ALPNProtocols: [PROTOCOL], ...options });
    socket.on('error', () => {});
    socket.resume();
    await new Promise((done) => socket.once('close', done));
  }

  it('takes nobody without a certificate, with one of another form, without a protocol, or below TLS 1.3', async () => {
    const { pem } = tlsIdentityOf(mine);
    await attempt({});
    await attempt(strangersCertificate());
    await attempt({ ...pem, ALPNProtocols: [] });
    await attempt({ ...pem, maxVersion: 'TLSv1.2' });
    assert.equal(taken.length, 0);
    const here = createTlsTransport({ seed: mine });
    await here.dial(`tls://${host}:${port.port}`, { protocol: PROTOCOL });
    await here.close();
  });

  it('resumes nothing: each handshake proves both keys anew', async () => {
    const { pem } = tlsIdentityOf(mine);
    const options = { host, port: port.port, rejectUnauthorized: false, ALPNProtocols: [PROTOCOL], ...pem };
    const session = await new Promise<Buffer>((resolve) => {
      const first = connect(options);
      first.once('session', (ticket) => {
        resolve(ticket);
        first.destroy();
      });
      first.on('error', () => {}).resume();
    });
    const second = connect({ ...options, session });
    second.on('error', () => {});
    await once(second, 'secureConnect');
    assert.equal(second.isSessionReused(), false);
    second.destroy();
  });

  it('trusts no server that shows a certificate of another form', async () => {
    const server = createTlsServer({ ...strangersCertificate(), ALPNProtocols: [PROTOCOL] });
    server.on('tlsClientError', () => {});
    const address = await listening(server);
    const here = createTlsTransport({ seed: mine });
    await assert.rejects(here.dial(address, { protocol: PROTOCOL }), VerificationError);
    await here.close();
    server.close();
  });

  it('speaks with no server that leaves the protocol out', async () => {
    const server = createTlsServer(tlsIdentityOf(yours).pem);
    server.on('tlsClientError', () => {});
    const address = await listening(server);
    const here = createTlsTransport({ seed: mine });
    await assert.rejects(here.dial(address, { protocol: PROTOCOL }), RemoteError);
    await here.close();
    server.close();
  });

  it('gives up on who takes the connection and says nothing', async () => {
    const server = createServer();
    const address = await listening(server);
    const here = createTlsTransport({ seed: mine, dialMs: 20 });
    await assert.rejects(here.dial(address, { protocol: PROTOCOL }), /no answer within 0.02 s/);
    await here.close();
    server.close();
  });

  it('shows a connection that ends without its end being said as broken', async () => {
    const server = createTlsServer({ ...tlsIdentityOf(yours).pem, ALPNProtocols: [PROTOCOL] });
    const connected = once(server, 'secureConnection') as Promise<[TLSSocket]>;
    const address = await listening(server);
    const here = createTlsTransport({ seed: mine });
    const stream = await here.dial(address, { protocol: PROTOCOL });
    const [socket] = await connected;
    socket.end(Buffer.of(0, 0, 0, 2, 8, 9));
    assert.deepEqual([...((await stream.receive()) ?? [])], [8, 9]);
    await assert.rejects(stream.receive(), RemoteError);
    await here.close();
    server.close();
  });

  it('breaks with who sends what is no frame', async () => {
    const { pem } = tlsIdentityOf(mine);
    const socket = connect({ host, port: port.port, rejectUnauthorized: false, ALPNProtocols: [PROTOCOL], ...pem });
    socket.on('error', () => {});
    socket.write(Buffer.of(1, 0, 0, 0));
    socket.resume();
    await new Promise((done) => socket.once('close', done));
    const [stream] = taken;
    assert.ok(stream);
    await assert.rejects(stream.receive(), RemoteError);
  });

  it('counts who has shaken hands as decided', async () => {
    const here = createTlsTransport({ seed: mine });
    const stream = await here.dial(`tls://${host}:${port.port}`, { protocol: PROTOCOL });
    await stream.send(Uint8Array.of(1));
    while (taken.length === 0) await new Promise((turn) => setImmediate(turn));
    assert.equal(port.undecided, 0);
    await here.close();
  });

  it('tells the addresses that it was given instead of its own', async () => {
    const other = await openSharedPort({ host, port: 0 });
    const transport = createTlsTransport({ seed: mine, port: other, announce: ['tls://peer.example.org:4101'] });
    assert.deepEqual(transport.addresses(), ['tls://peer.example.org:4101']);
    assert.deepEqual(there.addresses(), [`tls://${host}:${port.port}`]);
    assert.deepEqual(createTlsTransport({ seed: mine }).addresses(), []);
    await transport.close();
    await other.close();
  });
});

async function listening(server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((done) => server.listen(0, host, done));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return `tls://${host}:${address.port}`;
}

/** In processes of their own, which end without closing: see decisions/0020. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);

const PRELUDE = `
  import { createLibp2pTransport } from ${here('./libp2p.ts')};
  import { openSharedPort } from ${here('./port-share.ts')};
  import { createWebrtcCertificate } from ${here('./libp2p-certificate.ts')};
  const host = '127.0.0.1';
  const seed = (n) => new Uint8Array(32).fill(n);
  const told = (transport, holds) => new Promise((resolve) => {
    const look = () => { const found = transport.addresses().find(holds); if (found) resolve(found); };
    transport.onAddresses(look);
    look();
  });
  const echo = (transport) => transport.accept('/test/1', async (stream) => {
    let count = 0;
    for (let piece = await stream.receive(); piece; piece = await stream.receive()) count += piece.length;
    await stream.send(new TextEncoder().encode(String(count)));
    await stream.close();
  });
  const send = async (stream) => {
    for (let i = 0; i < 80; i++) await stream.send(new Uint8Array(65_536));
    await stream.close();
    const answer = new TextDecoder().decode(await stream.receive());
    console.log(JSON.stringify({ answer, passage: stream.passage, relay: stream.relay ?? null }));
    process.exit(0);
  };`;

async function play(code: string): Promise<unknown> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', `${PRELUDE}\n${code}`]);
  return JSON.parse(stdout);
}

describe('WebRTC in Node, where it is asked for', { timeout: 60_000 }, () => {
  it('reaches a listener by webrtc-direct, whose address names the certificate that was kept', async () => {
    const got = await play(`
      const certificate = createWebrtcCertificate();
      const there = createLibp2pTransport({ seed: seed(1), announce: [], webrtcDirect: { host, port: 0, certificate } });
      echo(there);
      const address = await told(there, (each) => each.includes(certificate.certhash));
      const here = createLibp2pTransport({ seed: seed(2), webrtc: { stun: [] } });
      await send(await here.dial(address, { protocol: '/test/1', key: there.key }));`);
    assert.deepEqual(got, { answer: String(80 * 65_536), passage: 'local', relay: null });
  });

  it('joins two peers that listen nowhere directly, who met through a relay', async () => {
    const got = await play(`
      const relay = createLibp2pTransport({ seed: seed(1), port: await openSharedPort({ host, port: 0 }), relay: true });
      const webrtc = { stun: [] };
      const there = createLibp2pTransport({ seed: seed(2), relays: [relay.addresses()[0]], webrtc });
      echo(there);
      const address = await told(there, (each) => each.includes('/p2p-circuit/webrtc/'));
      const here = createLibp2pTransport({ seed: seed(3), webrtc, dialMs: 8000 });
      // Candidates are found by datagrams, and a busy machine loses some.
      const dial = (left) => here.dial(address, { protocol: '/test/1', key: there.key })
        .catch((error) => { if (left === 0) throw error; return dial(left - 1); });
      await send(await dial(3));`);
    assert.deepEqual(got, { answer: String(80 * 65_536), passage: 'direct', relay: null });
  });
});

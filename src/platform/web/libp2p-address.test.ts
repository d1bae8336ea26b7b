import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { privateKeyFromRaw } from '@libp2p/crypto/keys';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { multiaddr } from '@multiformats/multiaddr';
import fc from 'fast-check';
import { concat } from '../../core/bytes.ts';
import { signerFromSeed } from '../node/crypto.ts';
import { passageTo } from '../node/own-addresses.ts';
import { keyOfPeerId, parsePeerAddress, peerIdOf, tcpAddress } from './libp2p-address.ts';

const [mine, relays] = [1, 2].map((n) => signerFromSeed(new Uint8Array(32).fill(n)).key) as [Uint8Array, Uint8Array];
const [me, relay] = [peerIdOf(mine), peerIdOf(relays)];

describe('peer ids', () => {
  it('are those of libp2p for the same key, and read back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (seed) => {
        const { key } = signerFromSeed(seed);
        const id = peerIdFromPrivateKey(privateKeyFromRaw(concat(seed, key))).toString();
        assert.equal(peerIdOf(key), id);
        assert.deepEqual(keyOfPeerId(id), key);
      }),
    );
  });

  it('have one spelling: any other character makes another key or none', () => {
    for (const wrong of ['', '12D3KooW', `1${me}`, `${me}1`, me.slice(0, -1), me.replace('K', '0'), `Qm${me.slice(2)}`])
      assert.equal(keyOfPeerId(wrong), undefined, wrong);
    for (let i = 8; i < me.length; i++) {
      const changed = `${me.slice(0, i)}${me[i] === 'z' ? 'y' : 'z'}${me.slice(i + 1)}`;
      assert.notDeepEqual(keyOfPeerId(changed), mine);
    }
  });
});

describe('multiaddrs', () => {
  it('are read with the key, the relay and the way that they name', () => {
    const direct = parsePeerAddress(`/ip4/203.0.113.7/tcp/4101/p2p/${me}`, passageTo);
    assert.deepEqual(direct, { base: '/ip4/203.0.113.7/tcp/4101', key: mine, relay: undefined, passage: 'direct' });
    const local = parsePeerAddress('/ip6/fd00::1/tcp/4101/ws', passageTo);
    assert.deepEqual(local, { base: '/ip6/fd00::1/tcp/4101/ws', key: undefined, relay: undefined, passage: 'local' });
    const through = `/dns4/relay.example.org/tcp/443/tls/ws/p2p/${relay}/p2p-circuit`;
    assert.deepEqual(parsePeerAddress(`${through}/p2p/${me}`), {
      ...{ base: through, key: mine, relay: relays, passage: 'relayed' },
    });
    assert.deepEqual(parsePeerAddress(`${through}/webrtc/p2p/${me}`), {
      ...{ base: `${through}/webrtc`, key: mine, relay: undefined, passage: 'direct' },
    });
  });

  it('are what libp2p reads, too', () => {
    for (const address of [
      tcpAddress('127.0.0.1', 1),
      tcpAddress('::1', 65_535),
      `/dns/example.org/tcp/443/wss/p2p/${me}`,
      `/ip4/1.2.3.4/udp/4101/webrtc-direct/certhash/uEiAIWpiOUnzGvD3fRwJPCG2fKyBfaOzCdS1X4pR0Y5tDjQ/p2p/${me}`,
      `/ip4/1.2.3.4/tcp/4101/p2p/${relay}/p2p-circuit/p2p/${me}`,
    ]) {
      assert.ok(parsePeerAddress(address, passageTo), address);
      assert.equal(multiaddr(address).toString(), address);
    }
  });

  it('are refused in any other form', () => {
    for (const wrong of [
      '',
      '/',
      '/ip4/1.2.3.4',
      '/ip4/1.2.3/tcp/1',
      '/ip4/::1/tcp/1',
      '/ip6/1.2.3.4/tcp/1',
      '/ip4/1.2.3.4/tcp/0',
      '/ip4/1.2.3.4/tcp/01',
      '/ip4/1.2.3.4/tcp/65536',
      '/ip4/1.2.3.4/udp/1/quic-v1',
      '/dns4/-a/tcp/1',
      '/ip4/1.2.3.4/tcp/1/',
      '/ip4/1.2.3.4/tcp/1/p2p/',
      '/ip4/1.2.3.4/tcp/1/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N',
      `/ip4/1.2.3.4/tcp/1/p2p-circuit/p2p/${me}`,
      `/ip4/1.2.3.4/tcp/1/p2p/${relay}/p2p-circuit`,
      `/ip4/1.2.3.4/tcp/1/p2p/${relay}/p2p-circuit/p2p/${me}/p2p-circuit/p2p/${me}`,
      `/ip4/1.2.3.4/tcp/1/p2p/${me}\n`,
      `/dns4/${'a'.repeat(1100)}/tcp/1`,
    ])
      assert.equal(parsePeerAddress(wrong), undefined, wrong);
  });

  it('never throw, whatever comes', () => {
    const word = fc.constantFrom('ip4', 'tcp', 'p2p', 'p2p-circuit', '1.2.3.4', '1', me, 'ws', 'webrtc', '', '::');
    fc.assert(
      fc.property(fc.array(word), (words) => {
        parsePeerAddress(`/${words.join('/')}`);
      }),
    );
  });
});

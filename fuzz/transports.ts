/** What strangers send below and beside the handshakes of transports: addresses, certificates, frames, STUN, multicast DNS. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { concat, fromUtf8, utf8 } from '../src/core/bytes.ts';
import { DecodeError } from '../src/core/errors.ts';
import { announcement, question, readMdns } from '../src/platform/node/mdns-message.ts';
import {
  bindingFailure,
  bindingRequest,
  bindingSuccess,
  readAnswer,
  readRequest,
} from '../src/platform/node/stun-message.ts';
import { formatTlsAddress, parseTlsAddress } from '../src/platform/node/tls-address.ts';
import { keyOfCertificate, tlsIdentityOf } from '../src/platform/node/tls-certificate.ts';
import { parsePeerAddress, peerIdOf } from '../src/platform/web/libp2p-address.ts';
import { createFrameReader, creditFrame, endFrame, frameOf } from '../src/platform/web/stream-frames.ts';
import { readsBack, type Target } from './target.ts';

const seed = new Uint8Array(32).fill(1);
const { key } = tlsIdentityOf(seed);
const transaction = new Uint8Array(12).fill(7);

const refused = (field: string): never => {
  throw new DecodeError(field, 'refused');
};

const address: Target = {
  name: 'address',
  seeds: fc
    .constantFrom(
      'tls://127.0.0.1:4101',
      'tls://[2001:db8::1]:1',
      'tls://a.example.org:65535',
      `/ip4/192.0.2.7/tcp/4101/p2p/${peerIdOf(key)}`,
      `/dns4/a.example.org/tcp/443/tls/ws/p2p/${peerIdOf(key)}/p2p-circuit/webrtc/p2p/${peerIdOf(key)}`,
    )
    .map(utf8),
  check(input) {
    const text = fromUtf8(input) ?? refused('address');
    const tls = parseTlsAddress(text);
    if (tls !== undefined) assert.equal(formatTlsAddress(tls), text, 'it has two forms');
    const peer = parsePeerAddress(text);
    if (peer?.key !== undefined) assert.equal(`${peer.base}/p2p/${peerIdOf(peer.key)}`, text, 'it has two forms');
    return tls !== undefined || peer !== undefined;
  },
};

/** Whatever is read is the one certificate of its key: damage is refused. */
const certificate: Target = {
  name: 'certificate',
  seeds: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((other) => tlsIdentityOf(other).certificate),
  check: (input) =>
    readsBack(
      input,
      (bytes) => keyOfCertificate(bytes) ?? refused('certificate'),
      () => undefined,
    ),
};

/** What comes out is never more than came in, and the same however it is cut. */
const frames: Target = {
  name: 'stream-frames',
  seeds: fc
    .array(
      fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 40 }).map(frameOf),
        fc.nat(0xffffff).map(creditFrame),
        fc.constant(endFrame()),
      ),
    )
    .map((all) => concat(...all)),
  check(input) {
    const [whole, cut] = [read([input]), read(Array.from(input, (byte) => Uint8Array.of(byte)))];
    assert.deepEqual(whole, cut);
    assert.ok(whole.bytes.length <= input.length);
    return whole.state === 'wrong' ? refused('frame') : true;
  },
};

function read(chunks: readonly Uint8Array[]) {
  const pieces: Uint8Array[] = [];
  const grants: number[] = [];
  const reader = createFrameReader(
    (piece) => pieces.push(piece),
    (bytes) => grants.push(bytes),
  );
  let state = 'more';
  for (const chunk of chunks) state = reader.take(chunk);
  return { bytes: Buffer.concat(pieces), grants, state };
}

const stun: Target = {
  name: 'stun',
  seeds: fc.constantFrom(
    bindingRequest(transaction),
    bindingSuccess(transaction, { host: '192.0.2.1', port: 32_853 }),
    bindingSuccess(transaction, { host: '2001:db8::1', port: 1 }),
    bindingFailure(transaction, [6, 7]),
  ),
  check(input) {
    const request = readRequest(input);
    if (request !== undefined) {
      const answer = bindingFailure(request.transaction, request.unknown);
      assert.ok(answer.length <= 548, 'an answer outgrows a datagram');
    }
    return request !== undefined || readAnswer(input, transaction) !== undefined || refused('stun');
  },
};

const discovery: Target = {
  name: 'mdns',
  seeds: fc.constantFrom(question(), announcement({ key, port: 4101 }), announcement({ key, port: 1 }, 0)),
  check(input) {
    const message = readMdns(input);
    if (message?.kind === 'announcement')
      for (const peer of message.peers) assert.ok(peer.key.length === 32 && peer.port > 0);
    return message !== undefined || refused('mdns');
  },
};

export const transportTargets: readonly Target[] = [address, certificate, frames, stun, discovery];

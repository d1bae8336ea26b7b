/**
 * js-libp2p in a browser: WebSocket and webrtc-direct to relays, circuits through them, WebRTC to other browsers. Loaded
 * when a peer opens its network. It asks no STUN servers but those that it is given.
 */
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2';
import { identify } from '@libp2p/identify';
import { noise } from '@libp2p/noise';
import { webRTC, webRTCDirect } from '@libp2p/webrtc';
import { webSockets } from '@libp2p/websockets';
import { yamux } from '@libp2p/yamux';
import { createLibp2p, type Libp2pOptions as RawOptions } from 'libp2p';
import type { Signer } from '../../core/ports.ts';
import type { Node } from '../web/libp2p-types.ts';
import { libp2pKey } from './libp2p-key.ts';

const EARLY_STREAMS = 1024;
/** Below the 4 MB at which libp2p breaks a stream that is not read. */
const STREAM_WINDOW = 2 * 1024 * 1024;
const RELAYS = 8;

export async function startNode(signer: Signer, stun: readonly string[]): Promise<Node> {
  const rtcConfiguration = { iceServers: stun.map((urls) => ({ urls })) };
  const node = await createLibp2p({
    privateKey: libp2pKey(signer),
    addresses: { listen: ['/webrtc'] },
    transports: [
      webSockets(),
      webRTCDirect({ rtcConfiguration }),
      // One reservation at a time, the default, hangs where two relays are named.
      circuitRelayTransport({ reservationConcurrency: RELAYS }),
      webRTC({ rtcConfiguration }),
    ],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ maxEarlyStreams: EARLY_STREAMS, streamOptions: { maxStreamWindowSize: STREAM_WINDOW } })],
    services: { identify: identify() },
    connectionGater: { denyDialMultiaddr: () => false },
    connectionManager: { maxParallelReconnects: 0, reconnectRetries: 0, inboundConnectionThreshold: 1_000_000 },
    connectionMonitor: { enabled: false },
    transportManager: { faultTolerance: 1 },
    nodeInfo: { userAgent: 'pipes' },
  } as RawOptions);
  return node as unknown as Node;
}

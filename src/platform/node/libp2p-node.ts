/**
 * js-libp2p as this transport uses it: the peer's own key, noise and yamux over TCP and WebSocket, circuit relays,
 * WebRTC. Only libp2p.ts loads this file, when it is first needed, because it costs some 50 MB; WebRTC, whose native part
 * is not to be trusted (decisions/0020), only where it is asked for. What libp2p does on its own is turned off: it opens
 * no port beside the shared one, asks nobody's STUN servers, pings and redials nobody.
 */
import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2';
import { privateKeyFromRaw } from '@libp2p/crypto/keys';
import { identify } from '@libp2p/identify';
import { type Transport as RawTransport, type Startable, transportSymbol } from '@libp2p/interface';
import { noise } from '@libp2p/noise';
import { webSockets } from '@libp2p/websockets';
import { yamux } from '@libp2p/yamux';
import { createLibp2p, type Libp2pOptions as RawOptions } from 'libp2p';
import { concat } from '../../core/bytes.ts';
import type { Node } from '../web/libp2p-types.ts';
import { signerFromSeed } from './crypto.ts';
import { listenAddress, sharedPortTransport } from './libp2p-listener.ts';
import type { Libp2pOptions, RelayLimits } from './libp2p-options.ts';
import { tcpDialer } from './libp2p-tcp.ts';

export const RELAY_LIMITS: RelayLimits = {
  reservations: 1024,
  dataBytes: 1024 ** 4,
  durationMs: 24 * 60 * 60 * 1000,
  streams: 1024,
};

/** A node that listens; it holds no reservations at relays yet (libp2p-relays.ts). */
export async function startNode(options: Libp2pOptions): Promise<Node> {
  const { seed, port, announce = [], relays = [], relay, webrtcDirect } = options;
  const listen = [
    ...(port === undefined ? [] : [listenAddress(port)]),
    ...(options.webrtc === undefined ? [] : ['/webrtc']),
    ...(webrtcDirect === undefined ? [] : [`/ip4/${webrtcDirect.host}/udp/${webrtcDirect.port}/webrtc-direct`]),
  ];
  const node = await createLibp2p({
    privateKey: privateKeyFromRaw(concat(seed, signerFromSeed(seed).key)),
    addresses: { listen, announce: [...announce] },
    transports: await transportsOf(options, relays.length),
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ maxEarlyStreams: EARLY_STREAMS, streamOptions: { maxStreamWindowSize: STREAM_WINDOW } })],
    services: relay
      ? { identify: identify(), relay: relayServer(relay === true ? RELAY_LIMITS : relay) }
      : { identify: identify() },
    connectionManager: CONNECTIONS,
    connectionMonitor: { enabled: false },
    transportManager: { faultTolerance: 1 },
    nodeInfo: { userAgent: 'pipes' },
  } as RawOptions);
  return node as unknown as Node;
}

/** Streams that arrive before this end is done with the handshake: of more than ten libp2p would break the rest. */
const EARLY_STREAMS = 1024;
/** Below the 4 MB at which libp2p breaks a stream that is not read. */
const STREAM_WINDOW = 2 * 1024 * 1024;

/** The shared port bounds who comes in; libp2p's own five a second from one address would stop a household. */
const CONNECTIONS = {
  maxConnections: 4096,
  inboundConnectionThreshold: 1_000_000,
  maxIncomingPendingConnections: 256,
  maxParallelReconnects: 0,
  reconnectRetries: 0,
};

/** They dial; of these only WebRTC and the relay transport listen, the rest comes in through the shared port. */
async function transportsOf(options: Libp2pOptions, relays: number): Promise<RawOptions['transports']> {
  const { port } = options;
  return [
    tcpDialer,
    onlyDials(webSockets()),
    // One reservation at a time, the default, hangs where two relays are named.
    circuitRelayTransport({ reservationConcurrency: Math.max(1, relays) }),
    ...(port === undefined ? [] : [sharedPortTransport(port)]),
    ...(await webrtcTransports(options)),
  ] as RawOptions['transports'];
}

async function webrtcTransports({ webrtc, webrtcDirect }: Libp2pOptions): Promise<unknown[]> {
  if (webrtc === undefined && webrtcDirect === undefined) return [];
  const { webRTC, webRTCDirect } = await import('@libp2p/webrtc');
  // Our own STUN servers or none: without a word it would ask public ones.
  const rtcConfiguration = { iceServers: (webrtc?.stun ?? []).map((urls) => ({ urls })) };
  const certificate = webrtcDirect?.certificate;
  const direct = webRTCDirect({ rtcConfiguration, ...(certificate && { certificate }) });
  return [
    ...(webrtc === undefined ? [] : [webRTC({ rtcConfiguration })]),
    webrtcDirect === undefined ? onlyDials(direct) : direct,
  ];
}

/** The same transport without listening: what comes in comes through the shared port. */
// biome-ignore lint/suspicious/noExplicitAny: each factory asks for other components, and libp2p hands in all.
function onlyDials(factory: (components: any) => RawTransport & Partial<Startable>) {
  return (components: unknown): RawTransport & Startable => {
    const inner = factory(components);
    return {
      [transportSymbol]: true,
      [Symbol.toStringTag]: inner[Symbol.toStringTag],
      dial: (address, options) => inner.dial(address, options),
      dialFilter: (addresses) => inner.dialFilter(addresses),
      listenFilter: () => [],
      createListener: (options) => inner.createListener(options),
      start: () => inner.start?.(),
      stop: () => inner.stop?.(),
    };
  };
}

function relayServer(limits: RelayLimits): ReturnType<typeof circuitRelayServer> {
  return circuitRelayServer({
    maxInboundHopStreams: limits.streams,
    maxOutboundHopStreams: limits.streams,
    maxOutboundStopStreams: limits.streams,
    reservations: {
      maxReservations: limits.reservations,
      applyDefaultLimit: true,
      defaultDataLimit: BigInt(limits.dataBytes),
      defaultDurationLimit: limits.durationMs,
    },
  });
}

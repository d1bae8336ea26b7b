/**
 * The transports of a peer in Node: TLS for those that reach each other directly, libp2p for all others, both on one
 * shared port. `port` "off" gives transports that dial, and are reached through relays alone. libp2p is loaded when it is
 * first needed.
 */
import type { Transport } from '../../core/transport.ts';
import { tcpAddress } from '../web/libp2p-address.ts';
import { createLibp2pTransport } from './libp2p.ts';
import { loadOrCreateWebrtcCertificate } from './libp2p-certificate.ts';
import type { Discovery, FoundPeer } from './mdns.ts';
import { openSharedPort } from './port-share.ts';
import { createTlsTransport } from './tls.ts';
import { formatTlsAddress } from './tls-address.ts';

export interface NodeNetworkOptions {
  /** The peer's Ed25519 secret, 32 bytes. */
  readonly seed: Uint8Array;
  /** 0 takes a free one. */
  readonly port: number | 'off';
  /** All addresses where none is given. */
  readonly host?: string;
  /** Hosts that others are told instead of this machine's own addresses, as behind a port that is forwarded. */
  readonly announce?: readonly string[];
  /** Forwards connections for peers that others do not reach directly. */
  readonly relay?: boolean;
  /**
   * WebRTC, which its native library makes a risk to the process (decisions/0020-transports.md), so that it has to be asked
   * for: straight ways between peers behind NATs, that ask these servers (stun:host:port) how they are seen from outside.
   */
  readonly webrtc?: { readonly stun: readonly string[] };
  /** The same for browsers, which dial webrtc-direct on UDP at the port's number; the folder keeps its certificate. */
  readonly webrtcDirect?: { readonly dataDir: string };
}

export interface NodeNetwork {
  readonly transports: readonly Transport[];
  /** What was taken; undefined where nothing is. */
  readonly port: number | undefined;
  /** Tells of peers on the local network from now on, and tells them of this one; not where it is bound to this machine. */
  discover(found: (peer: FoundPeer) => void): Promise<void>;
  close(): Promise<void>;
}

/** Rejects with the system's error for the port. */
export async function openNodeNetwork(options: NodeNetworkOptions): Promise<NodeNetwork> {
  const { seed, port, host, announce, relay, webrtc } = options;
  if (port === 'off') {
    const transports = [createTlsTransport({ seed }), createLibp2pTransport({ seed, ...(webrtc && { webrtc }) })];
    return { transports, port: undefined, discover: async () => {}, close: async () => {} };
  }
  const shared = await openSharedPort({ port, ...(host !== undefined && { host }) });
  const told = announce?.map((name) => ({ name, port: shared.port }));
  const tls = createTlsTransport({
    ...{ seed, port: shared },
    ...(told && { announce: told.map((at) => formatTlsAddress({ host: at.name, port: at.port })) }),
  });
  const libp2p = createLibp2pTransport({
    ...{ seed, port: shared },
    ...(told && { announce: told.map((at) => tcpAddress(at.name, at.port)) }),
    ...(relay && { relay }),
    ...(webrtc && { webrtc }),
    ...(options.webrtcDirect && { webrtcDirect: await directFor(options.webrtcDirect.dataDir, shared.port, host) }),
  });
  let discovery: Discovery | undefined;
  return {
    transports: [tls, libp2p],
    port: shared.port,
    async discover(found) {
      if (isLoopback(host)) return;
      const { startDiscovery } = await import('./mdns.ts');
      // Without multicast, as in many containers, peers are found by their tickets alone.
      discovery = await startDiscovery({ key: tls.key, port: shared.port, found }).catch(() => undefined);
    },
    async close() {
      await discovery?.close();
      await shared.close();
    },
  };
}

/** The same certificate at each start, so that addresses which name it stay good. */
async function directFor(dataDir: string, port: number, host = '0.0.0.0') {
  const certificate = await loadOrCreateWebrtcCertificate(dataDir);
  return { host: host === '::' ? '0.0.0.0' : host, port, certificate };
}

const isLoopback = (host: string | undefined): boolean =>
  host !== undefined && (host === 'localhost' || host === '::1' || host.startsWith('127.'));

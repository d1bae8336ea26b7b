/** What the transport over libp2p is told. */
import type { WebrtcCertificate } from './libp2p-certificate.ts';
import type { SharedPort } from './port-share.ts';

export interface RelayLimits {
  /** Peers that others reach through this one. */
  readonly reservations: number;
  /** Of one connection through it. */
  readonly dataBytes: number;
  readonly durationMs: number;
  /** Connections through it, of one peer. */
  readonly streams: number;
}

export interface Libp2pOptions {
  /** The peer's Ed25519 secret, 32 bytes. */
  readonly seed: Uint8Array;
  /** Where it takes TCP and WebSocket connections; absent: it only dials, and is reached through relays. */
  readonly port?: SharedPort;
  /** What others are told instead of this machine's own addresses: multiaddrs without /p2p/. */
  readonly announce?: readonly string[];
  /** Relays to keep a place at: multiaddrs with /p2p/. */
  readonly relays?: readonly string[];
  /** Whether it forwards for others, and how much. */
  readonly relay?: boolean | RelayLimits;
  /**
   * Dials by WebRTC, and lets peers behind NATs reach this one directly; `stun` as stun:host:port, and none but these are
   * asked. In Node this is native code that was seen to end its process when a listener closes (decisions/0020).
   */
  readonly webrtc?: { readonly stun: readonly string[] };
  /** A UDP port for browsers without certificates, by the same native code: best in a relay that is a process of its own. */
  readonly webrtcDirect?: { readonly host: string; readonly port: number; readonly certificate?: WebrtcCertificate };
  /** How long a dial may take. */
  readonly dialMs?: number;
}

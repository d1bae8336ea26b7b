/** What the transport over libp2p is made of: a light half, which is always there, and a heavy one, loaded when needed. */
import type { Connection, PeerId, Stream } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { Libp2p } from 'libp2p';
import type { TransportStream } from '../../core/transport.ts';

export type { Connection, PeerId, Stream };

/** libp2p with what it keeps to itself. */
export interface Node extends Libp2p {
  readonly components: {
    readonly transportManager: {
      dial(address: Multiaddr, options: { signal: AbortSignal }): Promise<Connection>;
      listen(addresses: Multiaddr[]): Promise<void>;
      getAddrs(): Multiaddr[];
      getTransports(): { reservationStore?: ReservationStore }[];
    };
  };
}

export interface ReservationStore {
  hasReservation(peer: PeerId): boolean;
  addRelay(peer: PeerId, type: 'configured'): Promise<unknown>;
  addEventListener(type: 'relay:removed' | 'relay:created-reservation', listener: () => void): void;
}

export const DIAL_MS = 15_000;

/** An address to dial with the key that must answer, where any is named. */
export interface Target {
  readonly address: string;
  /** With /p2p/ where the key is known. */
  readonly full: string;
  readonly key: Uint8Array | undefined;
}

export interface Running {
  dial(target: Target, protocol: string): Promise<TransportStream>;
  accept(protocol: string): void;
  refuse(protocol: string): void;
  heldRelays(): string[];
  useRelays(addresses: readonly string[]): void;
  /** Those of webrtc-direct, without /p2p/. */
  webrtcAddresses(): string[];
  close(): Promise<void>;
}

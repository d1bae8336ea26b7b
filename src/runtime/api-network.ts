/** The public API of connections between peers: what `peer.network` offers. Keys are 64 hex characters. */
import type { AbortSignalLike } from '../core/ports.ts';

export interface RemotePath {
  /** What was dialled, or where it came from. */
  readonly address: string;
  /** relayed: through a relay that forwards ciphertext. */
  readonly passage: 'direct' | 'local' | 'relayed';
  readonly state: string;
  /** Smoothed; undefined until it was measured. */
  readonly roundTripMs: number | undefined;
  /** Part of the frames that were lost, 0 to 1. */
  readonly loss: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

export interface RemotePeer {
  readonly key: string;
  /** Whose peer it is. */
  readonly identity: string;
  readonly name: string;
  readonly addresses: readonly string[];
  readonly isConnected: boolean;
  /** Others are reached through it: a relay. */
  readonly forwards: boolean;
  /** Both have all that they want of each other. */
  readonly isSettled: boolean;
  readonly paths: readonly RemotePath[];
  /** Over all paths since this peer was opened. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly lastSeen: Date | undefined;
  /** How far its clock is ahead of this one. */
  readonly clockSkewMs: number | undefined;
  /** Why it is not connected, and what helps. */
  readonly problem: string | undefined;
}

/** What is wanted of other peers; all of it by default. */
export interface Share {
  /** These channels alone. */
  readonly channels?: readonly string[];
  /**
   * followed: the own log and those of followed authors (and all logs of followed identities), to a distance (1 by default);
   * certificates: of each log only the entry that says whose it is.
   */
  readonly logs?: 'all' | 'followed' | 'certificates' | 'none';
  readonly distance?: number;
}

export interface ConnectOptions {
  readonly signal?: AbortSignalLike;
  /** 20 s by default. */
  readonly timeoutMs?: number;
}

export interface NetworkEvents {
  /** A peer came, went, or has a path more or less. */
  peers: () => void;
}

export interface PeerNetwork {
  /** This peer's key. */
  readonly key: string;
  /** Where others can reach it now. */
  addresses(): string[];
  /** Ends the connection and makes no other. */
  forget(key: string): Promise<void>;
  /** Resolves when all who are connected have all that they want of each other. */
  settled(options?: { signal?: AbortSignalLike }): Promise<void>;
  on(event: 'peers', listener: () => void): () => void;
}

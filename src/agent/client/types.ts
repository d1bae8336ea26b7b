/** What the client takes and gives. Names of a packet's fields are those on the wire (spec/keep.proto). */
import type { Signer } from '../../core/ports.ts';

export interface KeepClientOptions {
  /** Default: localhost. */
  readonly host?: string;
  /** Default: 9009. */
  readonly port?: number;
  /** The name to speak as. Default: bot:keep-client. */
  readonly src?: string;
  /** For a connection to stand and for the server's own replies. Default: 10,000. */
  readonly timeoutMs?: number;
  /** An Ed25519 seed of 32 bytes, or what signs. Default: the identity in `dataDir`, else a new one for this client. */
  readonly key?: Uint8Array | Signer;
  /**
   * Folder of an installation: its identity signs, and what was sent to this name while it was away is kept there once.
   * One process at a time. Without one, the inbox lives in memory.
   */
  readonly dataDir?: string;
  /** Of the identity in `dataDir`, where it has one. */
  readonly passphrase?: string;
  /** Told whenever the lasting connection comes up or is lost. */
  readonly onStatus?: (status: Status) => void;
}

/** idle: no lasting connection is wanted. `problem` says why there is none. */
export interface Status {
  readonly connection: 'idle' | 'connecting' | 'online' | 'offline';
  readonly problem: string | undefined;
}

/** A packet that came in. */
export interface AgentPacket {
  /** 0 asks, 1 offers or answers, 2 is a heartbeat. */
  readonly typ: number;
  readonly id: string;
  readonly src: string;
  readonly dst: string;
  readonly body: string;
  /** In satoshis. */
  readonly fee: bigint;
  /** In seconds. */
  readonly ttl: number;
  readonly scar: Uint8Array;
  /** The key that signed it, 64 hex characters; undefined for the server's own unsigned word. */
  readonly key: string | undefined;
  /** 128 hex characters, beside the key. */
  readonly signature: string | undefined;
  /** 64 hex characters, the same however often the packet comes; undefined where nothing is signed. */
  readonly envelopeId: string | undefined;
  /** Whether it waited at the server while nobody bore the name. */
  readonly waited: boolean;
}

export interface Calling {
  readonly signal?: AbortSignal;
  /** Default: the client's. */
  readonly timeoutMs?: number;
}

/** What a packet may carry besides its body. */
export interface PacketOptions extends Calling {
  /** Default: the client's. */
  readonly src?: string;
  /** Default: 0, an ask. */
  readonly typ?: number;
  readonly fee?: bigint | number;
  /** Default: 60 seconds. */
  readonly ttl?: number;
  /** Default: a random one. */
  readonly id?: string;
  readonly scar?: Uint8Array;
}

export interface SendOptions extends PacketOptions {
  /** An agent's name, "server", "discover:…", "swarm:…", "nearest:…". Default: server. */
  readonly dst?: string;
  /** Default, as published: on a lasting connection whatever the server itself answers is waited for. */
  readonly waitReply?: boolean;
}

/** delivered: handed to a connected agent; queued: kept for one that is away; refused: the server's error, its prefix cut. */
export type Told =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'queued'; readonly reply: AgentPacket }
  | { readonly kind: 'refused'; readonly error: string };

export interface AskOptions extends PacketOptions {
  /** How long to wait for an answer. Default: 10,000. */
  readonly deadlineMs?: number;
  /** Ends the waiting once the server says that it keeps the ask for one that is away. */
  readonly untilQueued?: boolean;
}

/** silence: nobody answered in time; `queued` says whether the server keeps the ask for its addressee. */
export type Answer =
  | { readonly kind: 'answer'; readonly packet: AgentPacket }
  | { readonly kind: 'refused'; readonly error: string }
  | { readonly kind: 'silence'; readonly queued: boolean };

export interface ListenOptions {
  readonly signal?: AbortSignal;
  /** Ends the listening. Default: it goes on. */
  readonly timeoutMs?: number;
  /**
   * Also what the server says by itself, such as "error:offline" about a packet that nothing waited for. Off, so that an
   * agent which answers all it hears does not talk with the server for ever.
   */
  readonly withServer?: boolean;
}

export interface ClaimOptions extends Calling {
  /** How long the claim lasts. Default: the server's maximum. */
  readonly expiresS?: number;
  /** Gives the name to this key, 64 hex characters. */
  readonly transferTo?: string;
}

export type Claimed = { readonly kind: 'claimed' } | { readonly kind: 'refused'; readonly error: string };

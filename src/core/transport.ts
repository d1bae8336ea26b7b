/**
 * The port behind which every network lies (design: transports). A transport carries ordered bytes between two peers,
 * encrypted, and proves which key the other end holds: the peer's own, which its identity certifies
 * (spec/09-sync.md#hello). It knows nothing of what it carries.
 */
import type { AbortSignalLike } from './ports.ts';

export interface Transport {
  /** memory, tls or libp2p. */
  readonly name: string;
  /** This end's key, 32 bytes Ed25519. */
  readonly key: Uint8Array;
  /** Whether it can dial this address. */
  dials(address: string): boolean;
  /**
   * Rejects with RemoteError where nobody answers or speaks the protocol, VerificationError where the one that answers
   * holds another key than `key`, UsageError for an address it cannot read.
   */
  dial(
    address: string,
    options: { protocol: string; key?: Uint8Array; signal?: AbortSignalLike },
  ): Promise<TransportStream>;
  /** Takes streams of that protocol from now on; one taker for each protocol. Returns what stops it. */
  accept(protocol: string, taker: (stream: TransportStream) => void): () => void;
  /** Where others reach it now, best first; may change (`onAddresses`). Empty while it only dials. */
  addresses(): string[];
  onAddresses(listener: () => void): () => void;
  /** Addresses of relays at which to keep a place, so that others reach this peer through them. */
  useRelays?(addresses: readonly string[]): void;
  close(): Promise<void>;
}

/** How a stream goes: straight, within the local network, or through a relay that forwards ciphertext. */
export type Passage = 'direct' | 'local' | 'relayed';

export interface TransportStream {
  readonly protocol: string;
  /** What the handshake proved: the other end's key, 32 bytes. */
  readonly remoteKey: Uint8Array;
  /** What was dialled, or where it came from. For people and logs. */
  readonly address: string;
  readonly passage: Passage;
  /** Key of the relay (hex) where it goes through one. */
  readonly relay?: string;
  /** Resolves when more may be sent; rejects with RemoteError once the stream is broken. Copies nothing: `bytes` is the stream's until then. */
  send(bytes: Uint8Array): Promise<void>;
  /** The next piece, of any size; undefined at the end. Rejects with RemoteError where it broke. One call at a time; what is not asked for waits at the sender but for a bounded window. */
  receive(): Promise<Uint8Array | undefined>;
  /** Ends this direction once all that was sent has gone; the other end sees the end. */
  close(): Promise<void>;
  /** Breaks it at once, both ways. Never throws. */
  abort(): void;
}

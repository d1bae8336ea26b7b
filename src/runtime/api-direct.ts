/** The public API of what goes from identity to identity: messages, pipes and files. Keys and ids are lower-case hex. */
import type { AbortSignalLike } from '../core/ports.ts';

export interface DirectMessage {
  /** Envelope id. */
  readonly id: string;
  /** Verifying key of the sender, which the signature proved. */
  readonly from: string;
  readonly name: string;
  readonly time: Date;
  readonly bytes: Uint8Array;
}

export interface Sent {
  readonly id: string;
  /** Resolves when the recipient has handed it over, however long that takes; never while they are away. */
  readonly delivered: Promise<void>;
}

/** A duplex of bytes with one peer of another identity, encrypted from end to end whatever it goes through. */
export interface Pipe {
  /** Verifying key of the identity at the other end. */
  readonly identity: string;
  /** Key of the peer at the other end. */
  readonly peer: string;
  readonly protocol: string;
  readonly passage: 'direct' | 'local' | 'relayed';
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  /** Ends both ways at once. */
  abort(): void;
}

export interface TransferOptions {
  /** Bytes so far; `total` where it is known. */
  readonly onProgress?: (progress: { bytes: number; total: number | undefined }) => void;
  readonly signal?: AbortSignalLike;
}

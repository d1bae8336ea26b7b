/**
 * What the client takes and gives. Names of fields are those on the wire (protocol 1.3), so that agents written
 * for published clients find what they know.
 */
import type { AbortSignalLike } from '../core/ports.ts';

export interface PiperClientOptions {
  /** Base address of the relay. Default: http://localhost:4100. */
  url?: string;
  /** Display name, at most 64 UTF-16 units. Default: anonymous. */
  author?: string;
  /** Where messages go and come from unless a call says otherwise. Default: main. */
  channel?: string;
  /** Deliver this client's own messages to its handlers too. */
  includeOwn?: boolean;
  /** Default: derived from the signing key. */
  dot1?: string;
  /** Default: derived from the private key. */
  ed25519PubHex?: string;
  /** Seed and public key (128 hex), or the seed alone (64 hex). With it, what is sent is signed. */
  ed25519PrivHex?: string;
  /** Default: derived from the private key. */
  x25519PubHex?: string;
  /** 64 hex. With it, messages can be sealed and opened. */
  x25519PrivHex?: string;
  /** A cell_*.md file whose PUBKEYS section gives dot1 and public keys that are not given here. */
  cellPath?: string;
  /** Shown to people as a program, once joined. Default: true. */
  agent?: boolean;
  /**
   * To whom sendEncrypted seals besides this client. true: to all members of the channel and to registered
   * recipients. false: to registered ones only. Default: to registered ones where the channel has any, else to
   * the members, so that a list once given is never widened behind its author's back.
   */
  members?: boolean;
  /** Called for what goes wrong behind the scenes: a connection lost, a handler that threw. Default: a process warning. */
  onProblem?: (problem: Error) => void;
}

/** A whole identity, in the form the constructor takes. Whoever has it is you: keep it secret. */
export interface KeySet {
  dot1: string;
  ed25519PubHex: string;
  ed25519PrivHex: string;
  x25519PubHex: string;
  x25519PrivHex: string;
}

/** A file to send. `size_bytes` and `sha256` are computed where they are missing. */
export interface OutgoingAttachment {
  filename: string;
  mime_type: string;
  content_b64: string;
  size_bytes?: number;
  sha256?: string;
}

export interface AttachmentInfo {
  filename: string;
  mime_type: string;
  size_bytes: number;
  sha256: string;
  content_b64?: string;
}

/** A message as a relay serves it. */
export interface RelayMessage {
  id: string;
  channel: string;
  version: string;
  author: string;
  author_name: string;
  pubkey: string;
  pubkeyShort: string;
  content: string;
  createdAt: string;
  prev: string | null;
  legacy: boolean;
  signed: boolean;
  unsigned: boolean;
  encrypted: boolean;
  from_dot1?: string;
  from_ed25519_pub?: string;
  dot1Short?: string;
  sig?: string;
  username?: string;
  from_x25519_pub?: string;
  cipher_body?: string;
  wraps?: { recipient_dot1: string; wrapped_body_key: string }[];
  attachments?: AttachmentInfo[];
}

/** A file that came inside a seal. */
export interface ReceivedFile {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  /** Fetches it from the relay, checks and opens it. */
  read(options?: { signal?: AbortSignalLike }): Promise<Uint8Array>;
}

/** A served message, checked here and opened where it was sealed to this client. */
export interface ReceivedMessage extends RelayMessage {
  /** The signature is right, and the dot1 belongs to its key as far as this client can know. */
  verified: boolean;
  /** Of sealed messages: whether `content` is the plaintext. */
  decrypted?: boolean;
  /** Files that came sealed; published attachments stand in `attachments`. */
  files: readonly ReceivedFile[];
  /** Why it isn't verified or opened. */
  problem?: string;
}

export interface RelayHealth {
  status: string;
  nodeId: string;
  iroh: string;
  channels: number;
  messages: number;
  keys: number;
  uptime_s: number;
  version: string;
  protocol_version: string;
  protocol_versions_supported: string[];
}

export interface MailboxPush {
  recipient_dot1: string;
  /** HTTP status, or -1 where no answer came. */
  status: number;
  body?: unknown;
  error?: string;
}

export interface MailboxPull {
  pulled: number;
  decrypted: number;
  errors: number;
}

export type MessageHandler = (message: ReceivedMessage) => unknown;

export interface CallOptions {
  signal?: AbortSignalLike;
}
